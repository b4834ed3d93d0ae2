//! The `harewire` program: see `harewire --help`.

fn main() {}
