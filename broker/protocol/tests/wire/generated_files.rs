//! The committed files are what the schemas say.

use std::fs;
use std::path::Path;

/// What `rustfmt` may change is left out: white space, trailing commas, braces around single expressions.
fn without_formatting(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, ',' | '{' | '}')).collect()
}

#[test]
fn committed_files_equal_what_the_generator_writes() {
    let protocol = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schemas = tidemill_protocol_generator::load(&protocol.join("schemas")).unwrap();
    let files = tidemill_protocol_generator::generate(&schemas);
    for file in &files {
        let committed = fs::read_to_string(protocol.join(&file.path)).unwrap();
        assert!(
            without_formatting(&committed) == without_formatting(&file.content),
            "{} is out of date: run `cargo run -p tidemill-protocol-generator`",
            file.path.display()
        );
    }
    let modules = fs::read_dir(protocol.join("src/messages")).unwrap().count();
    assert_eq!(modules, schemas.len() + 1, "src/messages holds a file that no schema asks for");
}
