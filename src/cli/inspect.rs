//! The command line of `inspect`.

use clap::Args;

use super::definition::DefinitionFlags;
use super::exports::one_of;
use super::input::{Input, ReferenceFlags};
use super::output::ScreenFlags;
use super::resources::ResourceFlags;
use super::sample::SampleFlags;
use crate::definition::Definition;
use crate::error::Error;
use crate::plan::InspectPlan;
use crate::report::format::Format;

const EXAMPLES: &str = "\
Examples:
  snnl-score inspect embeddings/
      the layers there are
  snnl-score inspect embeddings/ --labels y.npy
      whether the labels align, and what a run would cost; -T and --rows apply to that run
  snnl-score inspect embeddings/ --labels y.npy --format json | jq .cost
      the same for programs

Exit codes:
  0  every layer can be read, and the labels align with it
  2  wrong usage     3  a layer cannot be read, or the labels do not align
  4  there is no layer
";

/// What can be typed after `inspect`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    definition: DefinitionFlags,
    #[command(flatten)]
    sample: SampleFlags,

    /// What to print
    #[arg(long, value_parser = one_of([Format::Table, Format::Json]), default_value = "table", help_heading = "Output")]
    format: Format,
    #[command(flatten)]
    screen: ScreenFlags,

    #[command(flatten)]
    resources: ResourceFlags,
}

impl InspectArgs {
    pub(super) fn plan(mut self) -> Result<InspectPlan, Error> {
        self.definition.check_not_annealed()?;
        self.input.resolve(&mut ReferenceFlags::default())?;
        let labels = self.input.label_inputs(&self.input.inputs, &ReferenceFlags::default())?;
        Ok(InspectPlan {
            definition: Definition { draw: self.sample.draw(), ..self.definition.definition()? },
            selection: self.input.selection([&labels]),
            labels,
            inputs: self.input.inputs,
            format: self.format,
            screen: self.screen.screen(),
            resources: self.resources.resources()?,
        })
    }
}
