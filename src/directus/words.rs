//! `words!`: a small enum that is one byte in the index and one word on the wire.

/// Declares a one-byte enum with its wire words. The first variant is the default and is what the
/// absence of a word means; `from_word` never returns it.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $(#[$first_about:meta])* $first:ident = $first_word:literal,
        $($(#[$variant_about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name {
            $(#[$first_about])*
            #[default]
            $first,
            $($(#[$variant_about])* $variant,)*
        }

        impl $name {
            /// Every value, in the order of its byte.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant,)*];

            /// The value stored as this byte (`value as u8`); `None` for a byte of another version.
            #[must_use]
            pub fn from_u8(byte: u8) -> Option<Self> {
                Self::ALL.get(usize::from(byte)).copied()
            }

            /// The word of the wire; empty where the wire has none.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word,)*
                }
            }

            /// The value of a wire word.
            #[must_use]
            pub(in crate::directus) fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

pub(in crate::directus) use words;
