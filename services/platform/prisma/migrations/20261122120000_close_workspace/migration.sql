-- A deleted workspace is closed at once and keeps its data; its owners may restore it for a while.
ALTER TABLE workspace ADD COLUMN closed_at timestamptz(3);
