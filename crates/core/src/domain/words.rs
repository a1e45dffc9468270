//! One way to declare a closed set of words: each has a stable word for JSON and
//! the database and a Chinese word for people.

/// Declares an enum with `ALL`, `as_str`, `zh`, `Serialize`, `TS` and `JsonSchema`.
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $( $(#[$variant_doc:meta])* $variant:ident = $word:literal, $zh:literal; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::ts_rs::TS)]
        pub enum $name { $( $(#[$variant_doc])* #[serde(rename = $word)] $variant, )* }

        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: [Self; [ $( stringify!($variant), )* ].len()] = [ $( Self::$variant, )* ];

            /// The stable word used in JSON and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// The Chinese word people read.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $( Self::$variant => $zh, )* }
            }

            /// The value that a stored stable word stands for; none for a word
            /// that this version does not know.
            #[must_use]
            pub fn from_stored(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|v| v.as_str() == word)
            }

            /// The value whose stable or Chinese word this is.
            #[must_use]
            pub fn find(raw: &str) -> Option<Self> {
                let word = raw.trim();
                Self::ALL
                    .into_iter()
                    .find(|v| v.as_str() == word || v.zh() == word)
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let all: Vec<&str> = Self::ALL.iter().map(|v| v.as_str()).collect();
                ::schemars::json_schema!({ "type": "string", "enum": all })
            }
        }
    };
}

/// Declares a `Debug` that shows the type only: such values are personal data
/// and must not reach a log by accident.
macro_rules! redacted_debug {
    ($name:ident) => {
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

pub(crate) use {redacted_debug, words};
