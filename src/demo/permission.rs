//! Who may do what: the policies of the lab's seed.

/// Whom a connection acts for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Identity {
    /// What it may do.
    pub role: Role,
    /// The key of the user, unless it is the public.
    pub user: Option<&'static str>,
}

impl Identity {
    /// Nobody in particular.
    pub(super) const PUBLIC: Self = Self { role: Role::Public, user: None };
}

/// The policies there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// Everything.
    Admin,
    /// "Messages Editor".
    Editor,
    /// "Public Posts": reads and creates messages.
    Limited,
    /// Without a token: reads announcements.
    Public,
    /// Before 12.1 an expired connection was not checked any more (reference 2.5).
    Unchecked,
}

/// The four things one can do to a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Action {
    /// Make it.
    Create,
    /// See it.
    Read,
    /// Change it.
    Update,
    /// Remove it.
    Delete,
}

impl Action {
    /// All of them, in the order `/permissions/me` lists them.
    pub(super) const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];

    /// The word on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl Role {
    /// Whether this role may do that to rows of a collection.
    pub(super) fn allows(self, collection: &str, action: Action) -> bool {
        match self {
            Self::Admin | Self::Unchecked => true,
            Self::Editor => match collection {
                "messages" | "message_tags" | "devices" => true,
                "site_settings" => matches!(action, Action::Read | Action::Update),
                _ => false,
            },
            Self::Limited => collection == "messages" && matches!(action, Action::Create | Action::Read),
            Self::Public => collection == "announcements" && action == Action::Read,
        }
    }
}
