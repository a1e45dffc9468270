//! The same key gives the same answer, and the change happens once (model.md).

use std::sync::Arc;

use ekatong_core::dispatch::Call;
use ekatong_core::error::Code;
use ekatong_tests::app::World;
use ekatong_tests::both_engines;
use serde_json::{Value, json};

fn keyed(world: &World, numbers: Value, grade: &str) -> Call {
    let payload = json!({ "gradeId": grade, "numbers": numbers });
    let mut call = Call::local("class.create", payload, Some(world.admin.clone()));
    call.key = Some("press-1".to_owned());
    call
}

both_engines! {
    async fn a_repeated_key_changes_nothing(engine: Engine) {
        let world = World::new(engine).await;
        let grade = world.grade(&world.junior, 8).await;
        let first = world.test.app.dispatch(keyed(&world, json!([1]), &grade)).await.unwrap();
        let again = world.test.app.dispatch(keyed(&world, json!([1]), &grade)).await.unwrap();
        assert_eq!(first, again, "the second is not refused as taken: it is the first one's answer");
        let other = world.test.app.dispatch(keyed(&world, json!([2]), &grade)).await;
        assert!(other.unwrap_err().has(Code::IdempotencyMismatch));
        assert_eq!(world.classes(&world.junior).await.len(), 4);
    }

    async fn many_at_once_are_one(engine: Engine) {
        let world = Arc::new(World::new(engine).await);
        let grade = world.grade(&world.junior, 8).await;
        let mut tasks = Vec::new();
        for _ in 0..20 {
            let (world, grade) = (Arc::clone(&world), grade.clone());
            tasks.push(tokio::spawn(async move { world.test.app.dispatch(keyed(&world, json!([5, 6]), &grade)).await }));
        }
        let mut answers = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(answer) => answers.push(answer),
                // Another one holds the key or the numbers this instant: a repetition gets the answer.
                Err(error) if error.has(Code::Busy) || error.has(Code::ClassNumberTaken) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        answers.push(world.test.app.dispatch(keyed(&world, json!([5, 6]), &grade)).await.unwrap());
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(world.classes(&world.junior).await.len(), 3 + 2);
    }
}
