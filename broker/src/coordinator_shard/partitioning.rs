//! Which partition of its coordinator's topic holds a group or a transactional id.

/// Returns the partition of a group or transactional id: Java's `abs(id.hashCode()) % partitions`, where the absolute
/// value of the smallest integer is 0 (Kafka `Utils.abs`).
///
/// `partitions` is how many the coordinator's topic has, at least 1.
#[must_use]
pub fn partition_of(id: &str, partitions: i32) -> i32 {
    let hash = java_hash_code(id);
    let positive = if hash == i32::MIN { 0 } else { hash.abs() };
    positive % partitions.max(1)
}

/// Computes `java.lang.String.hashCode`, over UTF-16 code units.
fn java_hash_code(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_codes_are_javas() {
        // Computed with Java 17's String.hashCode.
        for (text, hash) in
            [("", 0), ("a", 97), ("group", 98_629_247), ("polygenelubricants", i32::MIN), ("é😀", 1_996_812)]
        {
            assert_eq!(java_hash_code(text), hash, "{text}");
        }
    }

    #[test]
    fn every_group_has_a_partition_even_the_one_whose_hash_has_no_absolute_value() {
        assert_eq!(partition_of("polygenelubricants", 50), 0);
        assert_eq!(partition_of("group", 50), 47);
        assert_eq!(partition_of("group", 1), 0);
    }
}
