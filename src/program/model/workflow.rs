//! Workflows, and the places that call them.

use super::WorkflowId;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, HookEvent};
use crate::syntax::literal::Seconds;

/// `workflow`
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// The declaration: needs, gives, body, timeout and so on stand there as values.
    pub decl: ast::WorkflowDecl,
}

impl Workflow {
    /// Least and most time it takes; 0 where nothing is said.
    pub fn takes(&self) -> (Seconds, Seconds) {
        self.decl.takes.map_or((Seconds(0), Seconds(0)), |takes| takes.value)
    }

    /// Its `run` script.
    pub fn script(&self) -> Option<&str> {
        match &self.decl.body {
            Some(ast::Body::Run(text)) => Some(&text.value),
            _ => None,
        }
    }

    /// The Argo template that it stands for: of `uses`, or of its own name; `None` where it has a script.
    pub fn template(&self) -> Option<&str> {
        match &self.decl.body {
            Some(ast::Body::Run(_)) => None,
            Some(ast::Body::Uses(text)) => Some(&text.value),
            None => Some(&self.name.value),
        }
    }
}

/// A workflow with arguments, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its arguments, in order as written.
    pub arguments: Vec<Argument>,
    /// Where it is written.
    pub span: Span,
}

impl Call {
    /// Whether both run the same workflow with the same arguments, wherever they are written.
    pub fn same(&self, other: &Call) -> bool {
        let pairs = |call: &Call| {
            let mut pairs: Vec<_> = call.arguments.iter().map(|a| (a.name.value.clone(), a.value.clone())).collect();
            pairs.sort();
            pairs
        };
        self.workflow == other.workflow && pairs(self) == pairs(other)
    }
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The parameter.
    pub name: Spanned<String>,
    /// Its value.
    pub value: String,
}

/// What is chosen for a pre-action, post-action or rollback-action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkflowChoice {
    /// `none`
    None(Span),
    /// A workflow.
    Call(Call),
    /// A name that did not resolve; nothing more is said of it.
    Unknown(Span),
}

impl WorkflowChoice {
    /// The workflow, if it is one.
    pub fn call(&self) -> Option<&Call> {
        match self {
            WorkflowChoice::Call(call) => Some(call),
            WorkflowChoice::None(_) | WorkflowChoice::Unknown(_) => None,
        }
    }

    /// Whether its name did not resolve.
    pub fn is_unknown(&self) -> bool {
        matches!(self, WorkflowChoice::Unknown(_))
    }

    /// Whether both say the same; a name that did not resolve says nothing, and so contradicts nobody.
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

    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            WorkflowChoice::None(span) | WorkflowChoice::Unknown(span) => *span,
            WorkflowChoice::Call(call) => call.span,
        }
    }
}

/// `on EVENT W`, resolved. A hook whose workflow did not resolve is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub event: HookEvent,
    /// What.
    pub call: Call,
    /// The statement.
    pub span: Span,
}
