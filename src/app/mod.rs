//! Floor 4, who decides: the window's state, what each action does, and where files lie.

mod job;
mod order;
mod place;

pub use place::Place;
