//! Texts that are no filters, and hostile ones.

use proptest::prelude::*;

use crate::capture::filter::Filter;

#[test]
fn errors_point_at_what_is_wrong() {
    for (text, at, words) in [
        ("colection:x", "colection", "Did you mean `collection`?"),
        ("a Error: b", "Error", "put it in quotes"),
        ("event:creat", "creat", "Did you mean `create`?"),
        ("event:create,,x", ",", "needs a value"),
        ("uid: x", " ", "needs a value"),
        ("code:FORBIDEN", "FORBIDEN", "`FORBIDDEN`"),
        ("size:>big", ">big", "is not a size"),
        ("rtt:>200", ">200", "with a unit"),
        ("time:25:00", "25:00", "is not a time"),
        ("uid:>5", ">5", "can't be compared"),
        ("(a or b", "(", "never closed"),
        ("a) b", ")", "closes nothing"),
        ("a \"b", "\"b", "never closed"),
        ("\"a\":5", ":5", "more follows at once"),
        ("\"\\x\"", "\\x", "means nothing in quotes"),
        ("\"\"", "\"\"", "no text"),
        ("/a", "/a", "never closed"),
        ("/a/x", "x", "Unknown flag"),
        ("/a(/", "/a(/", "unclosed group"),
        ("/items/messages", "messages", "put it in quotes"),
        ("or a", "or", "Nothing stands before `or`"),
        ("a or", "", "Nothing stands behind `or`"),
        ("a and", "", "Nothing stands behind `and`"),
        ("not", "", "Nothing stands behind `not`"),
        ("a and or b", "or", "before `or`"),
        ("()", ")", "empty"),
        ("data.x =", "", "nothing to compare with"),
        ("data[01].x = 5", "", "no JSON path"),
        ("a..b..c..d = 1", "a..b..c..d", "2 times"),
        ("a matches x", "x", "between slashes"),
        ("exists(5)", "5", "needs a path"),
    ] {
        let error = Filter::parse(text).expect_err(text);
        assert!(error.to_string().contains(words), "{text}: {error}");
        let marked = text.get(error.at.clone()).unwrap_or_else(|| panic!("{text}: {:?}", error.at));
        assert!(at.is_empty() || marked == at, "{text}: marked {marked:?}");
        assert!(error.problem.ends_with(['.', '?']), "{text}: {}", error.problem);
    }
}

#[test]
fn hostile_texts_are_refused_in_bounded_time() {
    for (text, words) in [
        ("(".repeat(10_000), "lie in each other"),
        (format!("{}a{}", "(".repeat(65), ")".repeat(65)), "lie in each other"),
        (format!("a{}", "[".repeat(10_000)), ""),
        (format!("a[?{}@.b{}] = 1", "(".repeat(5000), ")".repeat(5000)), ""),
        ("a".repeat(1 << 20), "longer than"),
        ("é ".repeat(1 << 18), "longer than"),
        ("a ".repeat(501), "500 conditions"),
        ("/a/ ".repeat(33), "32 regular expressions"),
        (r"/(\w{900}){900}/".to_owned(), "too large"),
        (r"/((((a{100}){100}){100}){100})/".to_owned(), "too large"),
        (format!("/{}/", "(".repeat(1000)), ""),
    ] {
        match Filter::parse(&text) {
            Ok(_) => assert!(words.is_empty(), "{words}"),
            Err(error) => assert!(error.to_string().contains(words), "{error}"),
        }
    }
    assert!(Filter::parse(&format!("{} a", "not ".repeat(4000))).is_ok());
    assert!(Filter::parse(&format!("{}a", "-".repeat(4000))).is_ok());
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error_in_it(text in ".{0,40}") {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error.at);
        }
    }

    #[test]
    fn so_is_text_of_signs(text in r#"([a-c]|[ ()"'/\\=<>!,.:*\[\]$@?&|é-]|and|or |not |uid:|time:|size:|exists|contains |matches |[0-9]){0,16}"#) {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{:?}", error.at);
        }
    }
}
