//! Which Arrow types are lists of numbers, and of which numbers.

use arrow_schema::DataType;

use super::numbers::numpy_name;

/// Whether the values of `data_type` are numbers.
pub(crate) fn is_numeric(data_type: &DataType) -> bool {
    numpy_name(referred(data_type)).is_some()
}

/// Whether `data_type` is a list of numbers, or of such lists.
pub(crate) fn is_layer(data_type: &DataType) -> bool {
    lists(data_type).last().is_some_and(is_numeric)
}

/// Whether `data_type` is a list of whole numbers, of which each may have another length.
pub(crate) fn may_be_tokens(data_type: &DataType) -> bool {
    let is_ragged = !matches!(referred(data_type), DataType::FixedSizeList(..));
    is_ragged && is_layer(data_type) && innermost(data_type).is_integer()
}

/// Whether `data_type` is a list of floating-point numbers, or of such lists.
pub(crate) fn is_float_layer(data_type: &DataType) -> bool {
    is_layer(data_type) && innermost(data_type).is_floating()
}

/// The type of the values that a dictionary's keys or runs refer to; any other type as it is.
pub(crate) fn referred(mut data_type: &DataType) -> &DataType {
    loop {
        data_type = match data_type {
            DataType::Dictionary(_, values) => values,
            DataType::RunEndEncoded(_, values) => values.data_type(),
            other => return other,
        };
    }
}

/// The type of the elements if `data_type` is a list, the type of theirs if they are lists, and so on.
pub(super) fn lists(data_type: &DataType) -> impl Iterator<Item = &DataType> {
    std::iter::successors(list_element(referred(data_type)), |element| list_element(element))
}

/// The type of the numbers in a list of numbers, or of lists.
pub(super) fn innermost(data_type: &DataType) -> &DataType {
    referred(lists(data_type).last().unwrap_or(data_type))
}

/// The type of a list's elements; `None` if it is not a list.
fn list_element(data_type: &DataType) -> Option<&DataType> {
    match data_type {
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::ListView(element)
        | DataType::LargeListView(element)
        | DataType::FixedSizeList(element, _) => Some(element.data_type()),
        _ => None,
    }
}

/// Whether `data_type` is one of lists.
pub(super) fn is_list(data_type: &DataType) -> bool {
    list_element(data_type).is_some()
}
