//! Filters against lines: a table, hostile texts, and a slow evaluator that must agree.

mod errors;
mod naive;
mod scene;
mod table;
