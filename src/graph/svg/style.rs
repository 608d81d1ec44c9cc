//! Colors and signs of a picture, for light and dark.

/// A color scheme: every color in a picture.
pub(super) struct Colours {
    pub(super) paper: &'static str,
    pub(super) ink: &'static str,
    pub(super) faint: &'static str,
    pub(super) line: &'static str,
    pub(super) test: &'static str,
    pub(super) test_edge: &'static str,
    pub(super) production: &'static str,
    pub(super) production_edge: &'static str,
}

/// The colors on a light background.
pub(super) const LIGHT: Colours = Colours {
    paper: "#ffffff",
    ink: "#1f2328",
    faint: "#57606a",
    line: "#57606a",
    test: "#eef5ff",
    test_edge: "#3b6cb0",
    production: "#fff1e0",
    production_edge: "#a14c00",
};

/// The colors on a dark background.
pub(super) const DARK: Colours = Colours {
    paper: "#0d1117",
    ink: "#e6edf3",
    faint: "#a3adb8",
    line: "#9aa4af",
    test: "#14243a",
    test_edge: "#77aaf0",
    production: "#35220f",
    production_edge: "#f0a55a",
};

impl Colours {
    fn rules(&self) -> String {
        let Colours { paper, ink, faint, line, test, test_edge, production, production_edge } = self;
        format!(
            ".paper{{fill:{paper}}}text{{fill:{ink}}}.faint{{fill:{faint}}}\
             .way,.sign{{stroke:{line}}}.head,.dot{{fill:{line}}}.count{{fill:{paper};stroke:{line}}}\
             .test{{fill:{test};stroke:{test_edge}}}.production{{fill:{production};stroke:{production_edge}}}\
             .inner{{stroke:{production_edge}}}"
        )
    }
}

/// The style sheet: the same rules for each color scheme.
pub(super) fn sheet() -> String {
    format!(
        "text{{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',sans-serif;font-size:13px}}\
         .title{{font-size:18px;font-weight:600}}.name{{font-size:15px;font-weight:600}}\
         .way{{fill:none;stroke-width:1.5}}.some{{stroke-dasharray:5 4}}.sign{{fill:none;stroke-width:1.2;stroke-linecap:round;stroke-linejoin:round}}\
         .test{{stroke-width:1.5}}.production{{stroke-width:2.5}}.inner{{fill:none;stroke-width:1}}.count{{stroke-width:1.2}}\n\
         {}\n@media (prefers-color-scheme:dark){{{}}}",
        LIGHT.rules(),
        DARK.rules()
    )
}

/// Path data of the signs beside lines of text, 12 by 12 pixels.
pub(super) mod sign {
    pub(crate) const TRIGGER: &str = "M3 11V1.5h7L8 4l2 2.5H3";
    pub(crate) const SOAK: &str = "M3 1.5h6M3 10.5h6M3.8 1.5C3.8 5 8.2 7 8.2 10.5M8.2 1.5C8.2 5 3.8 7 3.8 10.5";
    pub(crate) const APPROVAL: &str =
        "M6 1.5a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4M2 11c0-2.4 1.6-3.6 4-3.6s4 1.2 4 3.6";
    pub(crate) const WINDOW: &str = "M1.5 2.8h9v8h-9zM1.5 5.4h9M4 1.2v2.4M8 1.2v2.4";
    pub(crate) const HOOK: &str = "M6.8 1L3 7h2.6L5 11l4-6H6.3z";
    pub(crate) const WORKFLOW: &str = "M3.5 2v8L10 6z";
    pub(crate) const COMMIT: &str = "M.8 6h2.7M8.5 6h2.7M6 3.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5";
    pub(crate) const PULL_REQUEST: &str = "M3 3.6v4.8M3 1.2a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4M3 8.4a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4\
         M9 8.4V5.2C9 3.6 8 3 6.2 3M7.6 1.4L6 3l1.6 1.6M9 8.4a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4";
    pub(crate) const NO_ACTION: &str = "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9M3 9l6-6";
    pub(crate) const ROLLBACK: &str = "M2.6 4.6A4.2 4.2 0 1 1 2.2 7.6M2.2 1.6v3.2h3.2";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast ratio of two colors in hundredths, as defined by the Web Content Accessibility Guidelines.
    fn contrast(one: &str, other: &str) -> u32 {
        let light = |colour: &str| {
            let part = |at: usize| f64::from(u8::from_str_radix(colour.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
            let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
            0.2126 * linear(part(1)) + 0.7152 * linear(part(3)) + 0.0722 * linear(part(5)) + 0.05
        };
        let (one, other) = (light(one), light(other));
        (one.max(other) / one.min(other) * 100.0) as u32
    }

    #[test]
    fn text_and_lines_have_enough_contrast_in_light_and_dark() {
        assert_eq!(contrast("#000000", "#ffffff"), 2100);
        for colours in [LIGHT, DARK] {
            for ground in [colours.paper, colours.test, colours.production] {
                assert!(contrast(colours.ink, ground) >= 700, "{ground}");
                assert!(contrast(colours.faint, ground) >= 450, "{ground}");
                assert!(contrast(colours.line, ground) >= 300, "{ground}");
            }
            for edge in [colours.test_edge, colours.production_edge] {
                assert!(contrast(edge, colours.paper) >= 450, "{edge}");
            }
            assert_ne!(colours.test_edge, colours.production_edge);
        }
    }
}
