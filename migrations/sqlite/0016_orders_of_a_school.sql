-- The orders of a school in one state, in the order of the list (CARD-2): a large school has
-- tens of thousands, of which few wait.
CREATE INDEX card_order_school_state_confirmed ON card_order (school_id, state, confirmed_at, id);
