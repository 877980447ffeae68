//! What the timers of a shard are for.

/// What a timer is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKey {
    /// A group waits for its members to join: completes the join.
    Join {
        /// The group.
        group_id: String,
    },
    /// A group waits for its members to sync: removes those that did not.
    Sync {
        /// The group.
        group_id: String,
    },
    /// A group waits for a member's heartbeat: removes the member.
    Session {
        /// The group.
        group_id: String,
        /// The member, or a member id that was given out and not used yet.
        member_id: String,
    },
    /// The shard looks for expired offsets.
    OffsetExpiry,
}
