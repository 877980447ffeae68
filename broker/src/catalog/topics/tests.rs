//! Tests of the decisions about topics.

use tidemill_environment::SeededRandom;

use super::*;

const ONE_BROKER: Placement<'_> =
    Placement { brokers: &[1], default_partitions: 3, default_replication_factor: 1 };

fn create_in(image: &MetadataImage, topic: &NewTopic) -> Result<MetadataImage, TopicError> {
    let changes = create(image, topic, ONE_BROKER, &mut SeededRandom::new(1))?;
    Ok(image.after(&changes).unwrap())
}

fn named(name: &str) -> NewTopic {
    NewTopic { name: name.into(), ..NewTopic::default() }
}

#[test]
fn names_follow_kafkas_rules() {
    for good in ["a", "A.b_c-9", "...", "__consumer_offsets", &"x".repeat(249)] {
        assert_eq!(check_name(good), Ok(()), "{good}");
    }
    for bad in ["", ".", "..", "a b", "a/b", "ü", "a\0", "a:b", &"x".repeat(250)] {
        assert!(matches!(check_name(bad), Err(TopicError::InvalidName { .. })), "{bad:?}");
    }
}

#[test]
fn counts_that_are_left_out_take_the_brokers_defaults() {
    let image = create_in(&MetadataImage::default(), &named("orders")).unwrap();
    assert_eq!(image.topic("orders").unwrap().partitions, vec![vec![1]; 3]);
}

#[test]
fn a_second_topic_of_the_same_name_is_refused() {
    let image = create_in(&MetadataImage::default(), &named("orders")).unwrap();
    assert_eq!(create_in(&image, &named("orders")), Err(TopicError::Exists { name: "orders".into() }));
}

#[test]
fn names_that_metrics_cannot_tell_apart_collide() {
    let image = create_in(&MetadataImage::default(), &named("my.topic")).unwrap();
    assert!(matches!(create_in(&image, &named("my_topic")), Err(TopicError::Collides { .. })));
    assert!(create_in(&image, &named("mytopic")).is_ok());
}

#[test]
fn more_replicas_than_brokers_and_impossible_counts_are_refused() {
    let image = MetadataImage::default();
    for factor in [0, -5, 2, i16::MAX] {
        let topic = NewTopic { replication_factor: Some(factor), ..named("a") };
        let refused = Err(TopicError::InvalidReplicationFactor { found: factor, brokers: 1 });
        assert_eq!(create_in(&image, &topic), refused);
    }
    for count in [0, -1, 10_001, i32::MAX] {
        let topic = NewTopic { partitions: Some(count), ..named("a") };
        assert_eq!(create_in(&image, &topic), Err(TopicError::InvalidPartitions { found: count }));
    }
}

#[test]
fn a_manual_assignment_must_be_dense_known_and_free_of_repetition() {
    let image = MetadataImage::default();
    let with = |assignments: &[(i32, &[i32])]| NewTopic {
        assignments: assignments.iter().map(|(index, replicas)| (*index, replicas.to_vec())).collect(),
        ..named("a")
    };
    assert!(create_in(&image, &with(&[(0, &[1]), (1, &[1])])).is_ok());
    for bad in [&[(1, &[1_i32][..])][..], &[(0, &[2])], &[(0, &[])], &[(0, &[1, 1])], &[(-1, &[1])]] {
        assert!(
            matches!(create_in(&image, &with(bad)), Err(TopicError::InvalidAssignment { .. })),
            "{bad:?}"
        );
    }
}

#[test]
fn partitions_grow_and_never_shrink() {
    let image = create_in(&MetadataImage::default(), &named("orders")).unwrap();
    let topic = image.topic("orders").unwrap();
    let grown = image.after(&grow(topic, 5, None, ONE_BROKER).unwrap()).unwrap();
    assert_eq!(grown.topic("orders").unwrap().partition_count(), 5);
    for count in [3, 2, 0, -1] {
        let refused = TopicError::NotAnIncrease { current: 3, requested: count };
        assert_eq!(grow(topic, count, None, ONE_BROKER), Err(refused));
    }
    let two_for_one = [vec![1], vec![1]];
    let refused = grow(topic, 4, Some(&two_for_one), ONE_BROKER);
    assert!(matches!(refused, Err(TopicError::InvalidAssignment { .. })));
}
