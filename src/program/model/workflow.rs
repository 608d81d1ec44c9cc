//! Workflows, and the statements that call them.

use super::WorkflowId;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, HookEvent};
use crate::syntax::literal::Seconds;

#[derive(Clone, Debug)]
pub struct Workflow {
    pub name: Spanned<String>,
    /// Contains the needs, gives, body, timeout and so on as values.
    pub decl: ast::WorkflowDecl,
}

impl Workflow {
    /// The least and the most time that it takes; 0s by default.
    pub fn takes(&self) -> (Seconds, Seconds) {
        self.decl.takes.map_or((Seconds(0), Seconds(0)), |takes| takes.value)
    }

    /// The script after `run`.
    pub fn script(&self) -> Option<&str> {
        match &self.decl.body {
            Some(ast::Body::Run(text)) => Some(&text.value),
            _ => None,
        }
    }

    /// The Argo template after `uses`, or of its own name; `None` if it has a script.
    pub fn template(&self) -> Option<&str> {
        match &self.decl.body {
            Some(ast::Body::Run(_)) => None,
            Some(ast::Body::Uses(text)) => Some(&text.value),
            None => Some(&self.name.value),
        }
    }
}

/// A resolved workflow with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub workflow: WorkflowId,
    /// In the order of the program.
    pub arguments: Vec<Argument>,
    pub span: Span,
}

impl Call {
    /// Whether both run the same workflow with the same arguments.
    pub fn same(&self, other: &Call) -> bool {
        let pairs = |call: &Call| {
            let mut pairs: Vec<_> = call.arguments.iter().map(|a| (a.name.value.clone(), a.value.clone())).collect();
            pairs.sort();
            pairs
        };
        self.workflow == other.workflow && pairs(self) == pairs(other)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    pub name: Spanned<String>,
    pub value: String,
}

/// The choice of a pre-action, post-action or rollback-action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkflowChoice {
    None(Span),
    Call(Call),
    /// A name that did not resolve, which was reported.
    Unknown(Span),
}

impl WorkflowChoice {
    /// The call; `None` for `none` and for a name that did not resolve.
    pub fn call(&self) -> Option<&Call> {
        match self {
            WorkflowChoice::Call(call) => Some(call),
            WorkflowChoice::None(_) | WorkflowChoice::Unknown(_) => None,
        }
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, WorkflowChoice::Unknown(_))
    }

    /// Whether both are the same. A name that did not resolve agrees with everything.
    pub fn agrees_with(&self, other: &WorkflowChoice) -> bool {
        match (self, other) {
            (WorkflowChoice::Call(one), WorkflowChoice::Call(other)) => one.same(other),
            (WorkflowChoice::None(_), WorkflowChoice::None(_)) => true,
            (WorkflowChoice::Unknown(_), _) | (_, WorkflowChoice::Unknown(_)) => true,
            (WorkflowChoice::None(_), WorkflowChoice::Call(_)) | (WorkflowChoice::Call(_), WorkflowChoice::None(_)) => {
                false
            }
        }
    }

    pub fn span(&self) -> Span {
        match self {
            WorkflowChoice::None(span) | WorkflowChoice::Unknown(span) => *span,
            WorkflowChoice::Call(call) => call.span,
        }
    }
}

/// `on EVENT W`. A hook whose workflow did not resolve is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub event: HookEvent,
    pub call: Call,
    pub span: Span,
}
