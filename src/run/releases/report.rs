//! What single entries of the ledger tell about an environment and about an effect.

use super::{EffectView, EnvironmentView, SeenEffect};
use crate::ledger::read::TolerantWord;
use crate::ledger::words::{ActWord, ReportWord};
use crate::release::{Status, describe};
use crate::source::one_line;

impl EnvironmentView {
    pub(super) fn report(
        &mut self,
        what: Option<ReportWord>,
        status: Option<Status>,
        until: Option<String>,
        waits: Option<String>,
        at: &str,
    ) {
        let Some(what) = what else { return };
        match what {
            ReportWord::Status => {
                self.status = status.unwrap_or(self.status);
                self.ended = self.status.is_end().then(|| at.to_owned());
                self.waits_for.clear();
            }
            ReportWord::Started => {
                self.started.get_or_insert_with(|| at.to_owned());
                self.waits_for.clear();
            }
            ReportWord::Soaking => self.waits_for = vec![describe::until(describe::SOAK, until)],
            // Older ledgers do not record the windows.
            ReportWord::AwaitingWindow => {
                self.waits_for = vec![waits.unwrap_or_else(|| describe::until(describe::WINDOW, until))];
            }
            ReportWord::AwaitingOlder => self.waits_for = vec![describe::OLDER_RELEASE.to_owned()],
            ReportWord::Retrying => self.waits_for = vec![describe::at(describe::NEXT_TRY, until)],
            ReportWord::Baking | ReportWord::RollingBack | ReportWord::Superseded => {}
        }
    }
}

impl SeenEffect {
    pub(super) fn new(
        effect: &str,
        act: Option<TolerantWord<ActWord>>,
        workflow: Option<&str>,
        asks: Option<&str>,
        started: String,
    ) -> SeenEffect {
        // The id ends with `ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`.
        let mut parts = effect.rsplitn(4, '/');
        let stage = parts.next().map(one_line).unwrap_or_default();
        let application = parts.next().filter(|name| *name != "-").map(one_line);
        let environment = parts.next().unwrap_or("-").to_owned();
        let workflow = workflow.map(one_line);
        let of = application.as_deref().unwrap_or_default();
        let waits_for = workflow.clone().or(asks.map(one_line)).unwrap_or_else(|| match &act {
            Some(TolerantWord::Known(ActWord::AwaitMerge)) => describe::pull_request(of),
            Some(TolerantWord::Known(ActWord::AwaitSync)) => describe::sync(of),
            Some(TolerantWord::Known(ActWord::AwaitHealth)) => describe::health(of),
            Some(TolerantWord::Known(ActWord::Commit | ActWord::OpenPullRequest)) => describe::change(of),
            Some(TolerantWord::Known(ActWord::Rollback | ActWord::OpenRollbackPr)) => describe::rollback(of),
            Some(
                TolerantWord::Known(ActWord::Workflow | ActWord::AskApproval | ActWord::Cancel)
                | TolerantWord::Unknown(_),
            )
            | None => stage.clone(),
        });
        let act = match act {
            Some(TolerantWord::Known(act)) => act.as_str().to_owned(),
            Some(TolerantWord::Unknown(word)) => one_line(&word),
            None => String::new(),
        };
        let effect = one_line(effect);
        let view = EffectView { effect, application, stage, act, workflow, started, ..EffectView::default() };
        SeenEffect { environment, view, waits_for }
    }
}
