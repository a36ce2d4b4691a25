//! The whole result as JSON, which `docs/result.schema.json` describes; the names and their order are those of
//! [`ScoreTable`].

use serde_json::Value;

use crate::report::document::json;
use crate::score::table::ScoreTable;

/// The result as text, or why JSON cannot hold it: a NaN or an infinity would read null.
pub(super) fn text(table: &ScoreTable) -> Result<String, String> {
    let value = serde_json::to_value(table).map_err(|error| error.to_string())?;
    match unexpected_null("", &value) {
        Some(name) => Err(format!("`{name}` is not a finite number")),
        None => json(table),
    }
}

/// What may be null: a value relative to a chance of 0, and what a row does not have that has neighbors of one class only.
const NULLABLE: [&str; 5] = ["relative", "picks", "picks_probability", "nearest_own", "nearest_other"];

/// The name of the first field that is null though it may not be.
fn unexpected_null<'a>(name: &'a str, value: &'a Value) -> Option<&'a str> {
    match value {
        Value::Null => (!NULLABLE.contains(&name)).then_some(name),
        Value::Array(items) => items.iter().find_map(|item| unexpected_null(name, item)),
        Value::Object(fields) => fields.iter().find_map(|(name, field)| unexpected_null(name, field)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use serde_json::json;

    const SCHEMA: &str = include_str!("../../../docs/result.schema.json");

    type Damage = fn(&mut Value);

    #[test]
    fn the_text_holds_the_table() {
        let mut table = sample();
        table.layers[0].scores[0].relative = None;
        let text = text(&table).unwrap();
        assert!(text.starts_with("{\n  \"schema_version\": 1,") && text.ends_with("\n}"));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["layers"][1]["scores"][1]["snnl"], json!(1e-9));
        assert_eq!(value["layers"][0]["scores"][0]["relative"], Value::Null);
    }

    #[test]
    fn a_number_that_json_cannot_hold_is_an_error() {
        let mut table = sample();
        table.layers[1].scores[0].stderr = f64::NAN;
        assert_eq!(text(&table).unwrap_err(), "`stderr` is not a finite number");
    }

    #[test]
    fn the_schema_takes_every_table_we_write() {
        let schema = jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
        let mut table = sample();
        table.layers[0].scores[1].relative = None;
        let value = serde_json::from_str(&text(&table).unwrap()).unwrap();
        schema.validate(&value).unwrap();
    }

    #[test]
    fn the_schema_refuses_a_damaged_table() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let schema = jsonschema::draft202012::new(&schema).unwrap();
        let damages: [(&str, Damage); 8] = [
            ("a field is missing", |table| drop(table["data"].as_object_mut().unwrap().remove("rows"))),
            ("a nested field is missing", |table| {
                drop(table["layers"][0]["best"].as_object_mut().unwrap().remove("at_edge"));
            }),
            ("a field is unknown", |table| table["layers"][0]["scores"][0]["loss"] = json!(1.0)),
            ("a number is a text", |table| table["layers"][0]["scores"][0]["snnl"] = json!("0.5")),
            ("a value is null", |table| table["sum"][0]["snnl"] = Value::Null),
            ("a count is negative", |table| table["layers"][0]["singletons"] = json!(-1)),
            ("a temperature is 0", |table| table["layers"][0]["scores"][0]["temperature"] = json!(0)),
            ("a choice is unknown", |table| table["definition"]["distance"] = json!("manhattan")),
        ];
        for (damage, apply) in damages {
            let mut table = serde_json::to_value(sample()).unwrap();
            assert!(schema.is_valid(&table));
            apply(&mut table);
            assert!(!schema.is_valid(&table), "{damage}");
        }
    }

    #[test]
    fn the_schema_describes_every_field() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let mut objects = vec![&schema];
        objects.extend(schema["$defs"].as_object().unwrap().values());
        for object in objects {
            assert_eq!(object["additionalProperties"], json!(false));
            let properties = object["properties"].as_object().unwrap();
            let required: Vec<&str> = object["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for (name, field) in properties {
                // What is there if requested, or chosen, or what older results lack.
                let asked_for = [
                    "classes",
                    "sample",
                    "epsilon_form",
                    "rectify",
                    "low",
                    "high",
                    "minimum",
                    "batches",
                    "worst",
                    "explanation",
                    "picks",
                    "companions",
                    "silhouette",
                    "r_squared",
                    "k_means",
                    "references",
                    "nearest_neighbor_error",
                    "resumed_pairs",
                    "tasks",
                    "passed_over",
                    "device_reason",
                    "finished",
                    "kept",
                    "id",
                    "ids",
                    "rows_sha256",
                ];
                let is_known = |names: &[&str]| names.contains(&name.as_str());
                assert!(is_known(&required) || is_known(&asked_for), "{name} may be left out");
                assert!(field["description"].is_string(), "{name} has no description");
            }
        }
    }
}
