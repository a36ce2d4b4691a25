//! Names that frameworks give to the weights of a model, by which a checkpoint of a model is distinguished from
//! activations.

/// Whether most of `names` are those of weights, for example `encoder.0.weight`.
pub(crate) fn are_weight_like<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let (mut all, mut weights) = (0, 0);
    for name in names {
        all += 1;
        weights += usize::from(name.ends_with("weight") || name.ends_with("kernel"));
    }
    2 * weights > all
}

#[cfg(test)]
mod tests {
    use super::are_weight_like;

    #[test]
    fn weights_are_most_of_the_names() {
        let are = |names: &[&str]| are_weight_like(names.iter().copied());
        assert!(are(&["weight"]) && are(&["0.weight", "1.in_proj_weight", "cls_token"]) && are(&["dense/kernel"]));
        assert!(!are(&[]) && !are(&["enc1", "weight"]) && !are(&["weights.1", "enc2"]));
    }
}
