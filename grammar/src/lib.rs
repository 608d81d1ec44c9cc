//! What pest makes of `promo.pest`: the parser and its rules, and nothing else.
//!
//! A package of its own, because deriving the parser takes longer than compiling anything else of promoc and is needed
//! only when the grammar changes. What the nodes mean is the business of `promoc::syntax`.
#![allow(missing_docs, reason = "pest derives one variant for each rule of the grammar, where each is explained")]

/// The parser of programs.
#[derive(pest_derive::Parser)]
#[grammar = "../promo.pest"]
pub struct Grammar;

/// The text of the grammar, for tests that hold other lists against it.
pub const TEXT: &str = include_str!("../promo.pest");
