//! The files of the demo: the examples of this repository, embedded in the executable.

/// The files of a deployment repository: paths and contents.
type DeployFiles = &'static [(&'static str, &'static str)];

/// A directory for each environment.
const DIRECTORIES: DeployFiles = &[
    (
        "argocd-app-manifests/trio-dev/demo-trioapp-dev.yaml",
        include_str!("../../../examples/quickstart/deploy/argocd-app-manifests/trio-dev/demo-trioapp-dev.yaml"),
    ),
    (
        "argocd-app-manifests/trio-prod-asia/demo-trioapp-prod-asia.yaml",
        include_str!(
            "../../../examples/quickstart/deploy/argocd-app-manifests/trio-prod-asia/demo-trioapp-prod-asia.yaml"
        ),
    ),
    (
        "argocd-app-manifests/trio-prod-eu/demo-trioapp-prod-eu.yaml",
        include_str!("../../../examples/quickstart/deploy/argocd-app-manifests/trio-prod-eu/demo-trioapp-prod-eu.yaml"),
    ),
    (
        "argocd-app-manifests/trio-prod/demo-trioapp-prod.yaml",
        include_str!("../../../examples/quickstart/deploy/argocd-app-manifests/trio-prod/demo-trioapp-prod.yaml"),
    ),
    (
        "argocd-app-manifests/trio-qa/demo-trioapp-qa.yaml",
        include_str!("../../../examples/quickstart/deploy/argocd-app-manifests/trio-qa/demo-trioapp-qa.yaml"),
    ),
    (
        "argocd-app-manifests/trio-staging/demo-trioapp-staging.yaml",
        include_str!("../../../examples/quickstart/deploy/argocd-app-manifests/trio-staging/demo-trioapp-staging.yaml"),
    ),
    (
        "demo-applications/trioapp-dev/Chart.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-dev/Chart.yaml"),
    ),
    (
        "demo-applications/trioapp-dev/values.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-dev/values.yaml"),
    ),
    (
        "demo-applications/trioapp-dev/version.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-dev/version.yaml"),
    ),
    (
        "demo-applications/trioapp-prod-asia/Chart.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod-asia/Chart.yaml"),
    ),
    (
        "demo-applications/trioapp-prod-asia/values.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod-asia/values.yaml"),
    ),
    (
        "demo-applications/trioapp-prod-asia/version.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod-asia/version.yaml"),
    ),
    (
        "demo-applications/trioapp-prod-eu/Chart.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod-eu/Chart.yaml"),
    ),
    (
        "demo-applications/trioapp-prod-eu/values.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod-eu/values.yaml"),
    ),
    (
        "demo-applications/trioapp-prod-eu/version.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod-eu/version.yaml"),
    ),
    (
        "demo-applications/trioapp-prod/Chart.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod/Chart.yaml"),
    ),
    (
        "demo-applications/trioapp-prod/values.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod/values.yaml"),
    ),
    (
        "demo-applications/trioapp-prod/version.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-prod/version.yaml"),
    ),
    (
        "demo-applications/trioapp-qa/Chart.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-qa/Chart.yaml"),
    ),
    (
        "demo-applications/trioapp-qa/values.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-qa/values.yaml"),
    ),
    (
        "demo-applications/trioapp-qa/version.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-qa/version.yaml"),
    ),
    (
        "demo-applications/trioapp-staging/Chart.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-staging/Chart.yaml"),
    ),
    (
        "demo-applications/trioapp-staging/values.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-staging/values.yaml"),
    ),
    (
        "demo-applications/trioapp-staging/version.yaml",
        include_str!("../../../examples/quickstart/deploy/demo-applications/trioapp-staging/version.yaml"),
    ),
];

/// One directory, with a values file for each environment.
const ONE_FOLDER: DeployFiles = &[
    ("charts/trio/Chart.yaml", include_str!("../../../examples/one-folder/deploy/charts/trio/Chart.yaml")),
    ("charts/trio/values.yaml", include_str!("../../../examples/one-folder/deploy/charts/trio/values.yaml")),
    ("charts/trio/values-dev.yaml", include_str!("../../../examples/one-folder/deploy/charts/trio/values-dev.yaml")),
    ("charts/trio/values-qa.yaml", include_str!("../../../examples/one-folder/deploy/charts/trio/values-qa.yaml")),
    ("charts/trio/values-prod.yaml", include_str!("../../../examples/one-folder/deploy/charts/trio/values-prod.yaml")),
    (
        "charts/trio/templates/web.yaml",
        include_str!("../../../examples/one-folder/deploy/charts/trio/templates/web.yaml"),
    ),
];

/// An example: its folder in `examples/`, the flow that the demo runs, and the program.
pub(super) struct Example {
    pub(super) name: &'static str,
    pub(super) flow: &'static str,
    pub(super) program: &'static str,
    /// The files of its deployment repository.
    pub(super) deploy: DeployFiles,
    /// Whether Codefresh can express all of it.
    pub(super) compiles: bool,
}

/// The product in every example.
pub(super) const PRODUCT: &str = "demo-trioapp";

/// The examples; the first one is the default of `--example`.
pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "quickstart",
        flow: "everywhere",
        program: include_str!("../../../examples/quickstart/main.promo"),
        deploy: DIRECTORIES,
        compiles: true,
    },
    Example {
        name: "sequential",
        flow: "sequential",
        program: include_str!("../../../examples/sequential/main.promo"),
        deploy: DIRECTORIES,
        compiles: true,
    },
    Example {
        name: "policies",
        flow: "guarded",
        program: include_str!("../../../examples/policies/main.promo"),
        deploy: DIRECTORIES,
        compiles: true,
    },
    Example {
        name: "parallel",
        flow: "parallel",
        program: include_str!("../../../examples/parallel/main.promo"),
        deploy: DIRECTORIES,
        compiles: true,
    },
    Example {
        name: "dependencies",
        flow: "dependencies",
        program: include_str!("../../../examples/dependencies/main.promo"),
        deploy: DIRECTORIES,
        compiles: true,
    },
    Example {
        name: "one-folder",
        flow: "one-folder",
        program: include_str!("../../../examples/one-folder/main.promo"),
        deploy: ONE_FOLDER,
        compiles: false,
    },
];
