//! Staged files.

use ekatong_core::ports::BlobRecord;

use crate::both;
use crate::place::{NOW, Place, World, id};

both!(a_file_is_staged_in_chunks_and_forgotten);

async fn a_file_is_staged_in_chunks_and_forgotten(place: Place) {
    let world = World::make(&place).await;
    let mut w = place.write().await;
    let blob = BlobRecord {
        id: id(),
        account_id: world.account.id,
        file_name: "新生.xlsx".into(),
        size: 300_000,
        expires_at: NOW,
    };
    w.insert_blob(&blob).await.unwrap();
    w.put_chunk(blob.id, 0, &[1; 200_000]).await.unwrap();
    w.put_chunk(blob.id, 1, &[2; 100_000]).await.unwrap();
    w.commit().await.unwrap();
    let mut w = place.write().await;
    assert_eq!(w.blob(blob.id).await.unwrap(), Some(blob.clone()));
    assert_eq!(w.chunk(blob.id, 1).await.unwrap(), Some(vec![2; 100_000]));
    assert_eq!(w.chunk(blob.id, 2).await.unwrap(), None);
    // Kept, it is nobody's own, and never forgotten earlier than before.
    w.keep_blob(blob.id, NOW - 1).await.unwrap();
    let kept = w.blob(blob.id).await.unwrap().unwrap();
    assert!(kept.account_id.0.is_nil() && kept.expires_at == NOW);
    w.keep_blob(blob.id, NOW + 1).await.unwrap();
    assert_eq!(w.blob(blob.id).await.unwrap().unwrap().expires_at, NOW + 1);
    w.delete_blob(blob.id).await.unwrap();
    assert_eq!(w.blob(blob.id).await.unwrap(), None);
    assert_eq!(w.chunk(blob.id, 0).await.unwrap(), None);
    w.commit().await.unwrap();
}
