//! A flow as an SVG picture, for a pull request or an HTML page.
//!
//! Environments are boxes from left to right; production differs in shape, border and color. A box lists the conditions of
//! its environment and what runs there. Lines are dashed, and have a count, if not all of the environments that they come
//! from must succeed.
//!
//! INVARIANT: no script, no external reference, all text escaped; readable in light and dark, and with a screen reader. The
//! same flow gives the same bytes.

mod layout;
mod metrics;
mod order;
mod style;

use std::collections::BTreeMap;

use super::layers::Link;
use super::{Picture, PictureNeed, PictureNode, StageKind};
use crate::source::markup;
use layout::{BoxRect, COUNT, COUNT_TEXT, HEAD, Way, layout};
use metrics::{cut, width, wrapped};
use style::{sheet, sign};

/// The margin around the picture, in pixels like all sizes here.
const MARGIN: i64 = 24;
/// The padding of a box.
const PAD: i64 = 14;
/// The line height in a box.
const LINE: i64 = 19;
/// The width of a sign with the gap before its text.
const SIGN: i64 = 19;
/// The maximum width of text in a box.
const WIDEST: i64 = 280;
/// The minimum width of the content, so that notes have room.
const NARROWEST: i64 = 420;
/// Font sizes, the same as in the style sheet.
const TEXT: i64 = 13;
const NAME: i64 = 15;
const TITLE: i64 = 18;
/// The gap between a name and the text beside it.
const BESIDE: i64 = 10;
/// If at least this many boxes have the same content, only the first one shows it.
const SAME: usize = 5;

/// The picture as SVG.
pub fn svg(picture: &Picture) -> String {
    let boxes = boxes(picture);
    let sizes: Vec<(i64, i64)> = boxes.iter().map(Box::size).collect();
    let layout = layout(&sizes, &ways(picture));
    let (title, under) = head(picture);
    let inner = layout.width.max(width(&title, TITLE + 1)).max(NARROWEST);
    let under = wrapped(&under, TEXT, inner);
    let top = MARGIN + 24 + LINE * under.len() as i64 + 14;
    // A graph that is narrower than its notes is centered.
    let left = MARGIN + (inner - layout.width) / 2;

    let mut out = Svg::default();
    out.text("title", MARGIN, MARGIN + 16, &title);
    for (nth, line) in (1..).zip(&under) {
        out.text("faint", MARGIN, MARGIN + 18 + LINE * nth, line);
    }
    out.push(&format!("<g transform=\"translate({left} {top})\">\n"));
    out.ways(&layout);
    for ((node, content), rect) in picture.nodes.iter().zip(&boxes).zip(&layout.rects) {
        out.node(node, content, *rect);
    }
    out.push("</g>\n");
    let mut y = top + layout.height + 30;
    for (drawing, note) in notes(picture) {
        for (nth, line) in wrapped(&note, TEXT, inner - SIGN).iter().enumerate() {
            if nth == 0 {
                out.sign(drawing, MARGIN, y - 10);
            }
            out.text("", MARGIN + SIGN, y, line);
            y += LINE;
        }
    }
    y = out.legend(picture, y + 8, inner);
    let (wide, high) = (inner + 2 * MARGIN, y + MARGIN - 12);
    let id = format!("flow-{}", picture.flow.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_"));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{}</title>\n\
         <desc id=\"{id}-desc\">{}</desc>\n<style>{}</style>\n\
         <rect class=\"paper\" width=\"{wide}\" height=\"{high}\" rx=\"8\"/>\n{}</svg>\n",
        markup(&title),
        markup(&description(picture)),
        sheet(),
        out.0
    )
}

/// The title and the line below it.
fn head(picture: &Picture) -> (String, String) {
    let count = match picture.size() {
        1 => "1 environment".to_string(),
        count => format!("{count} environments"),
    };
    let of = picture.product.as_ref().map(|product| format!("product {product}, ")).unwrap_or_default();
    (format!("flow {}", picture.flow), format!("{of}{count}, {}", picture.limits))
}

/// The picture in words, for screen readers.
fn description(picture: &Picture) -> String {
    let mut text = head(picture).1;
    for node in &picture.nodes {
        let kind = if node.production { " (production)" } else { "" };
        let all = node.stages.iter().map(|stage| &stage.text).chain(&node.rollbacks).cloned().collect::<Vec<_>>();
        let stages = if all.is_empty() { String::new() } else { format!(": {}", all.join(", ")) };
        text.push_str(&format!(". {}{kind}, {}{stages}", node.name, node.after));
    }
    for note in &picture.notes {
        text.push_str(&format!(". {note}"));
    }
    text.push('.');
    text
}

/// The ways of the flow; environments with the same dependency share one.
fn ways(picture: &Picture) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    let mut places: BTreeMap<(Vec<usize>, Option<String>), usize> = BTreeMap::new();
    let mut add = |sources: Vec<usize>, some: Option<String>, target: usize| {
        let place = *places.entry((sources.clone(), some.clone())).or_insert(ways.len());
        match ways.get_mut(place) {
            Some(way) => way.link.targets.push(target),
            None => ways.push(Way { link: Link { sources, targets: vec![target] }, some }),
        }
    };
    for (target, node) in picture.nodes.iter().enumerate() {
        let (all, some): (Vec<_>, Vec<_>) = node.needs.iter().partition(|need| !need.is_counted());
        let mut sources: Vec<usize> = all.iter().flat_map(|need| need.of.iter().copied()).collect();
        sources.sort_unstable();
        sources.dedup();
        if !sources.is_empty() {
            add(sources, None, target);
        }
        for PictureNeed { count, total, of } in some {
            let mut sources = of.to_vec();
            sources.sort_unstable();
            let word = if *count == 1 { "any".to_string() } else { count.to_string() };
            add(sources, Some(format!("{word} of {total}")), target);
        }
    }
    ways
}

/// The content of a box: the name, the text beside it, and lines with signs.
struct Box {
    name: String,
    beside: String,
    lines: Vec<(&'static str, String)>,
}

impl Box {
    fn size(&self) -> (i64, i64) {
        let lines = self.lines.iter().map(|(_, text)| width(text, TEXT) + SIGN);
        let beside = if self.beside.is_empty() { 0 } else { width(&self.beside, TEXT) + BESIDE };
        let widest = lines.chain([width(&self.name, NAME + 1) + beside]).max().unwrap_or(0);
        let lines = self.lines.len() as i64;
        (widest + 2 * PAD, 2 * PAD + 12 + lines * LINE + if lines > 0 { 4 } else { 0 })
    }
}

fn boxes(picture: &Picture) -> Vec<Box> {
    let lines = |node: &PictureNode| -> Vec<(&'static str, String)> {
        let trigger = node.needs.is_empty().then(|| (sign::TRIGGER, node.after.clone()));
        let stages = node.stages.iter().map(|stage| (drawing(stage.kind), stage.text.clone()));
        let rollbacks = node.rollbacks.iter().map(|rollback| (sign::ROLLBACK, rollback.clone()));
        let all = trigger.into_iter().chain(stages).chain(rollbacks);
        all.map(|(sign, text)| (sign, cut(&text, TEXT, WIDEST))).collect()
    };
    let mut boxes: Vec<Box> = picture
        .nodes
        .iter()
        .map(|node| Box { name: cut(&node.name, NAME + 1, WIDEST), beside: String::new(), lines: lines(node) })
        .collect();
    let kinds: Vec<bool> = picture.nodes.iter().map(|node| node.production).collect();
    let said: Vec<_> = boxes.iter().map(|content| content.lines.clone()).zip(kinds).collect();
    for (nth, (content, own)) in boxes.iter_mut().zip(&said).enumerate() {
        let mut alike = said.iter().enumerate().filter(|(_, other)| *other == own).map(|(other, _)| other);
        let first = alike.next().filter(|first| *first != nth && alike.count() + 1 >= SAME && own.0.len() > 1);
        if let Some(first) = first.and_then(|first| picture.nodes.get(first)) {
            content.beside = cut(&format!("same as {}", first.name), TEXT, WIDEST);
            content.lines.clear();
        }
    }
    boxes
}

fn drawing(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Soak => sign::SOAK,
        StageKind::Approval => sign::APPROVAL,
        StageKind::Window => sign::WINDOW,
        StageKind::Hook => sign::HOOK,
        StageKind::Workflow => sign::WORKFLOW,
        StageKind::Commit => sign::COMMIT,
        StageKind::PullRequest => sign::PULL_REQUEST,
        StageKind::NoAction => sign::NO_ACTION,
    }
}

/// The lines below the graph, which concern the release as a whole.
fn notes(picture: &Picture) -> Vec<(&'static str, String)> {
    let note = |text: &String| {
        let drawing = if text.starts_with("rollback ") { sign::ROLLBACK } else { sign::HOOK };
        let of = if drawing == sign::HOOK { " (release)" } else { "" };
        (drawing, format!("{text}{of}"))
    };
    picture.notes.iter().map(note).collect()
}

#[derive(Default)]
struct Svg(String);

impl Svg {
    fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn text(&mut self, class: &str, x: i64, y: i64, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.push(&format!("<text{class} x=\"{x}\" y=\"{y}\">{}</text>\n", markup(text)));
    }

    fn sign(&mut self, drawing: &str, x: i64, y: i64) {
        self.push(&format!("<path class=\"sign\" transform=\"translate({x} {y})\" d=\"{drawing}\"/>\n"));
    }

    fn shape(&mut self, production: bool, rect: BoxRect) {
        let BoxRect { x, y, width, height } = rect;
        if production {
            let cut = |inset: i64, corner: i64| {
                let (x, y, width, height) = (x + inset, y + inset, width - 2 * inset, height - 2 * inset);
                let (across, down) = (width - 2 * corner, height - 2 * corner);
                format!(
                    "M{} {y}h{across}l{corner} {corner}v{down}l-{corner} {corner}h-{across}l-{corner} -{corner}v-{down}z",
                    x + corner
                )
            };
            // The box in the legend is smaller than all others.
            let (corner, inset) = if height < 24 { (5, 3) } else { (10, 4) };
            self.push(&format!("<path class=\"production\" d=\"{}\"/>\n", cut(0, corner)));
            self.push(&format!("<path class=\"inner\" d=\"{}\"/>\n", cut(inset, corner - inset / 2)));
        } else {
            self.push(&format!(
                "<rect class=\"test\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n"
            ));
        }
    }

    fn node(&mut self, node: &PictureNode, content: &Box, rect: BoxRect) {
        let stages = node.stages.iter().map(|stage| &stage.text).chain(&node.rollbacks);
        let said: Vec<String> = [&node.name, &node.after].into_iter().chain(stages).cloned().collect();
        self.push(&format!("<g><title>{}</title>\n", markup(&said.join("\n"))));
        self.shape(node.production, rect);
        let (x, mut y) = (rect.x + PAD, rect.y + PAD + 11);
        self.text("name", x, y, &content.name);
        if !content.beside.is_empty() {
            self.text("faint", x + width(&content.name, NAME + 1) + BESIDE, y, &content.beside);
        }
        y += 4;
        for (drawing, line) in &content.lines {
            y += LINE;
            self.sign(drawing, x, y - 10);
            self.text("", x + SIGN, y, line);
        }
        self.push("</g>\n");
    }

    fn ways(&mut self, layout: &layout::PictureLayout) {
        for wire in &layout.wires {
            let ((x, y), (to_x, to_y)) = (wire.from, wire.to);
            let class = if wire.some { "way some" } else { "way" };
            let bend = if y == to_y {
                format!("H{to_x}")
            } else {
                let half = (x + to_x).div_euclid(2);
                format!("C{half} {y} {half} {to_y} {to_x} {to_y}")
            };
            self.push(&format!("<path class=\"{class}\" d=\"M{x} {y}{bend}\"/>\n"));
        }
        for (x, y) in &layout.heads {
            self.push(&format!("<path class=\"head\" d=\"M{x} {y}l-{HEAD} -4v8z\"/>\n"));
        }
        for joint in &layout.joints {
            let (x, y) = (joint.x, joint.y);
            match &joint.some {
                None => self.push(&format!("<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>\n")),
                Some((text, wide)) => self.push(&format!(
                    "<rect class=\"count\" x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{COUNT}\" rx=\"10\"/>\n\
                     <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" style=\"font-size:{COUNT_TEXT}px\">{}</text>\n",
                    x - wide / 2,
                    y - COUNT / 2,
                    y + 4,
                    markup(text)
                )),
            }
        }
    }

    /// Explains the shapes that occur in the picture. Returns the `y` below the legend.
    fn legend(&mut self, picture: &Picture, y: i64, inner: i64) -> i64 {
        let mut items = Vec::new();
        if picture.nodes.iter().any(|node| node.production) {
            items.push((Some(true), "production"));
        }
        if picture.nodes.iter().any(|node| !node.production) {
            items.push((Some(false), "non-production"));
        }
        if picture.nodes.iter().any(|node| node.needs.iter().any(PictureNeed::is_counted)) {
            items.push((None, "only the number shown must succeed"));
        }
        let (mut x, mut y) = (MARGIN, y);
        for (shape, words) in items {
            let wide = 34 + width(words, TEXT) + 18;
            if x > MARGIN && x + wide > MARGIN + inner {
                (x, y) = (MARGIN, y + LINE + 4);
            }
            match shape {
                Some(production) => self.shape(production, BoxRect { x, y: y - 15, width: 28, height: 20 }),
                None => self.push(&format!("<path class=\"way some\" d=\"M{x} {}h28\"/>\n", y - 5)),
            }
            self.text("faint", x + 34, y, words);
            x += wide;
        }
        y + LINE
    }
}

#[cfg(test)]
mod tests;
