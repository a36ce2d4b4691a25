use super::*;

#[test]
fn exit_codes_tell_lasting_from_passing_trouble() {
    let io_error = |kind| Error::Input { path: "x".into(), fault: Fault::Io(io::Error::from(kind)) };
    assert_eq!(io_error(io::ErrorKind::NotFound).exit_code(), exit::BAD_INPUT);
    assert_eq!(io_error(io::ErrorKind::TimedOut).exit_code(), exit::PASSING_TROUBLE);
    assert_eq!(Error::usage("`-x`", "no", "").exit_code(), exit::USAGE);
    assert_eq!(Fault::content("short").in_input("x").exit_code(), exit::BAD_INPUT);
}

#[test]
fn an_empty_hint_is_no_hint() {
    assert_eq!(Error::usage("`-x`", "no", "").hint(), None);
    assert_eq!(Fault::content("short").hint("try long").in_input("x").hint(), Some("try long"));
}
