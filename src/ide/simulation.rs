//! A dry run of a flow, for an editor.

use crate::check::Analysed;
use crate::report::TimelineOptions;
use crate::simulate::{SimulateOptions, simulate};
use crate::syntax::literal::Instant;

/// The columns of a timeline.
const WIDTH: usize = 100;

/// The timeline of a release of the first product that lists a flow. `None` if there is no such flow or product.
///
/// # Errors
/// If the program has errors, so that nothing can be simulated.
pub fn timeline(analysed: &Analysed, flow: &str, now: Instant) -> Result<Option<String>, &'static str> {
    let program = analysed.program();
    let listed = program.product_flows().find(|listed| listed.flow().name.value == flow);
    let Some(listed) = listed else { return Ok(None) };
    let checked = analysed.checked().ok_or("the program has errors; correct them first")?;
    let simulation = simulate(checked, listed.product_id(), listed.flow_id(), &SimulateOptions { at: now });
    Ok(Some(simulation.timeline(&TimelineOptions { width: WIDTH, ascii: false })))
}
