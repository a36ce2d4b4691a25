//! The definition, as recorded in a result.

use serde::{Deserialize, Serialize};

use crate::definition::{Definition, EpsilonForm, Precision, Preset, Singletons, TemperatureUnit};
use crate::distance::Distance;
use crate::draw::Draw;

/// What a result says of the [`Definition`] that it was computed by: two results may be compared only where these agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefinitionRecord {
    /// The preset that the definition equals; `None`, as JSON `custom`, where flags differ from the one they started from.
    #[serde(with = "preset_name")]
    pub preset: Option<Preset>,
    /// The distance.
    pub distance: Distance,
    /// ε ≥ 0; 0 is the exact form.
    pub epsilon: f64,
    /// How ε enters the loss.
    #[serde(default, skip_serializing_if = "is_nested")]
    pub epsilon_form: EpsilonForm,
    /// The policy for rows alone in their class.
    pub singletons: Singletons,
    /// Whether max(x, 0) was taken of every number before all else (`--rectify`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub rectify: bool,
    /// The arithmetic of the products that was asked for.
    pub precision: Precision,
    /// What a temperature of 1 is.
    pub temperature_unit: TemperatureUnit,
    /// The sample of rows that values are estimated from (`--rows`); `None` where they are exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Draw>,
}

impl From<&Definition> for DefinitionRecord {
    fn from(definition: &Definition) -> Self {
        DefinitionRecord {
            preset: definition.preset,
            distance: definition.distance,
            epsilon: definition.epsilon,
            epsilon_form: definition.epsilon_form,
            singletons: definition.singletons,
            rectify: definition.rectifies,
            precision: definition.precision,
            temperature_unit: definition.unit,
            sample: definition.draw,
        }
    }
}

fn is_nested(form: &EpsilonForm) -> bool {
    *form == EpsilonForm::Nested
}

fn is_false(value: &bool) -> bool {
    !value
}

impl DefinitionRecord {
    /// The name of the preset, or `custom`.
    pub fn preset_name(&self) -> String {
        self.preset.map_or_else(|| CUSTOM.to_owned(), |preset| preset.to_string())
    }
}

/// Instead of the name of a preset, where the definition equals none.
const CUSTOM: &str = "custom";

/// A preset in JSON.
mod preset_name {
    use serde::de::IntoDeserializer;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::definition::Preset;
    use crate::score::definition_record::CUSTOM;

    pub(super) fn serialize<S: Serializer>(preset: &Option<Preset>, out: S) -> Result<S::Ok, S::Error> {
        match preset {
            Some(preset) => preset.serialize(out),
            None => out.serialize_str(CUSTOM),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Preset>, D::Error> {
        let name = String::deserialize(from)?;
        if name == CUSTOM {
            return Ok(None);
        }
        Preset::deserialize(name.into_deserializer()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_of_earlier_results_are_read_and_written_alike() {
        for text in [
            r#"{"preset":"exact","distance":"cosine","epsilon":0.0,"singletons":"drop","precision":"auto","temperature_unit":"raw"}"#,
            r#"{"preset":"watermark","distance":"cosine","epsilon":0.00001,"epsilon_form":"clipped","singletons":"cap","rectify":true,"precision":"auto","temperature_unit":"raw"}"#,
            r#"{"preset":"custom","distance":"sqeuclidean","epsilon":0.00001,"singletons":"error","precision":"tf32","temperature_unit":"mean","sample":{"rows":5,"seed":3}}"#,
        ] {
            let definition: DefinitionRecord = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&definition).unwrap(), text);
        }
        let unknown = r#"{"preset":"mine","distance":"cosine","epsilon":0.0,"singletons":"drop","precision":"auto","temperature_unit":"raw"}"#;
        let error = serde_json::from_str::<DefinitionRecord>(unknown).unwrap_err();
        assert!(error.to_string().starts_with("unknown variant `mine`, expected one of `exact`"), "{error}");
    }
}
