//! Describe and delete groups; forget what nobody uses any longer.

use std::collections::BTreeSet;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::delete_groups::DeletableGroupResult;
use tidemill_protocol::messages::describe_groups::DescribedGroup;

use super::shard::GroupShard;
use crate::group::classic_group::ClassicGroup;
use crate::group::offsets::{OffsetExpiry, OffsetKey};
use crate::group::records;
use crate::group::timers::TimerKey;
use crate::group::turn::Turn;

/// The state DescribeGroups tells of a group that does not exist.
const DEAD: &str = "Dead";

impl GroupShard {
    /// Describes a group. One that does not exist is `Dead` with GROUP_ID_NOT_FOUND (KIP-1043); versions before 6
    /// drop the error.
    pub(super) fn describe(&self, group_id: &str) -> DescribedGroup {
        self.groups.get(group_id).map_or_else(
            || DescribedGroup {
                error_code: ErrorCode::GroupIdNotFound.code(),
                error_message: Some(format!("group {group_id} not found")),
                group_id: group_id.to_owned(),
                group_state: DEAD.to_owned(),
                ..DescribedGroup::default()
            },
            ClassicGroup::describe,
        )
    }

    /// Deletes an empty group and its offsets, also those that open transactions would commit.
    pub(super) fn delete(&mut self, turn: &mut Turn<'_>, group_id: &str) -> DeletableGroupResult {
        let checked = match self.groups.get(group_id) {
            None => Err(ErrorCode::GroupIdNotFound),
            Some(group) => group.check_delete(),
        };
        if checked.is_ok() {
            let mut keys: BTreeSet<OffsetKey> =
                self.offsets.keys_of(group_id, |_, _| true).into_iter().collect();
            keys.extend(self.pending.keys_of(group_id).cloned());
            for key in keys {
                self.delete_offset(turn, key);
            }
            self.remove_group(turn, group_id);
        }
        let error = checked.err().unwrap_or(ErrorCode::None);
        DeletableGroupResult { group_id: group_id.to_owned(), error_code: error.code() }
    }

    fn remove_group(&mut self, turn: &mut Turn<'_>, group_id: &str) {
        turn.append(records::group_tombstone(group_id));
        self.groups.remove(group_id);
        // Sessions of member ids that were given out find no group when they end.
        turn.cancel(TimerKey::Join { group_id: group_id.to_owned() });
        turn.cancel(TimerKey::Sync { group_id: group_id.to_owned() });
    }

    /// Forgets offsets whose retention is over, and empty groups without offsets. What a transaction may still
    /// change stays, and so does its group.
    pub(super) fn expire_offsets(&mut self, turn: &mut Turn<'_>) {
        let group_ids: Vec<String> = self.groups.keys().cloned().collect();
        let mut forgotten = 0;
        for group_id in group_ids {
            let Some(group) = self.groups.get(&group_id) else {
                continue;
            };
            let mut expired = self.offsets.expired(
                &group_id,
                &OffsetExpiry {
                    since: group.offset_retention(),
                    retention: self.config.offsets_retention,
                    now_ms: turn.now.wall_ms,
                    is_subscribed: &|topic| group.is_subscribed_to(topic),
                },
            );
            expired.retain(|key| !self.pending.contains(&key.group_id, &key.topic, key.partition));
            let is_vacant = group.is_vacant() && !self.pending.has_group(&group_id);
            forgotten += expired.len();
            for key in expired {
                self.delete_offset(turn, key);
            }
            if is_vacant && !self.offsets.has_group(&group_id) {
                self.remove_group(turn, &group_id);
            }
        }
        if forgotten > 0 {
            tracing::info!(forgotten, "forgot expired offsets");
        }
    }
}
