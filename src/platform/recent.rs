//! A map that remembers what was put in last.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// The last `most` keys with their values.
pub(crate) struct Recent<K, V> {
    most: usize,
    inner: Mutex<(HashMap<K, V>, VecDeque<K>)>,
}

impl<K: Eq + Hash + Clone, V: Clone> Recent<K, V> {
    pub(crate) fn new(most: usize) -> Recent<K, V> {
        Recent {
            most,
            inner: Mutex::default(),
        }
    }

    /// Remembers a value; says whether the key was not known.
    pub(crate) fn put(&self, key: K, value: V) -> bool {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (values, order) = &mut *inner;
        if values.insert(key.clone(), value).is_some() {
            return false;
        }
        order.push_back(key);
        if order.len() > self.most
            && let Some(oldest) = order.pop_front()
        {
            values.remove(&oldest);
        }
        true
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.get(key).cloned()
    }

    /// Changes a value that is remembered; nothing comes between.
    pub(crate) fn change<R>(&self, key: &K, change: impl FnOnce(&mut V) -> R) -> Option<R> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.get_mut(key).map(change)
    }

    /// All that is remembered.
    pub(crate) fn all(&self) -> Vec<(K, V)> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = inner.0.iter();
        pairs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten() {
        let recent = Recent::new(2);
        assert!(
            recent.put(1, 'a') && recent.put(2, 'b') && !recent.put(1, 'c') && recent.put(3, 'd')
        );
        assert_eq!(
            (recent.get(&1), recent.get(&2), recent.get(&3)),
            (None, Some('b'), Some('d'))
        );
    }
}
