//! What every local host needs: data folder, locks, keys, and the wiring of core, store and sheet.
