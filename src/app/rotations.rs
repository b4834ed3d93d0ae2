//! `Rotations`: new refresh tokens on their way from the net thread to the vault.

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::directus::Secret;
use crate::engine::Wake;
use crate::net::Keeper;
use crate::settings::Profile;

/// Takes them from any connection. The server has ended the old ones already, so none may get lost on the way.
pub struct Rotations {
    sender: Sender<(Profile, Secret)>,
    arrived: Receiver<(Profile, Secret)>,
}

impl Rotations {
    /// What hands on the tokens of a connection made with this profile; wakes the window for each.
    pub fn keeper(&self, profile: Profile, wake: &Wake) -> Keeper {
        let (sender, wake) = (self.sender.clone(), wake.clone());
        Keeper::new(move |secret| {
            // Fails only when the window is gone, with everything that could keep it.
            let _ = sender.send((profile.clone(), secret));
            wake.ring();
        })
    }

    /// What has arrived, oldest first, with the profile as it was when the connection was made.
    pub fn take(&self) -> Vec<(Profile, Secret)> {
        self.arrived.try_iter().collect()
    }
}

impl Default for Rotations {
    fn default() -> Self {
        let (sender, arrived) = unbounded();
        Self { sender, arrived }
    }
}
