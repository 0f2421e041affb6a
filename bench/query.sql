-- SPDX-License-Identifier: Apache-2.0
-- Insert, index and query in memory.
CREATE TABLE part(id INTEGER PRIMARY KEY, name TEXT, layer INTEGER, weight REAL);
CREATE INDEX part_layer ON part(layer);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
INSERT INTO part SELECT i, printf('part-%d-%d', i, i * 7919 % 1000), i * 31 % 500, i * 0.25 FROM n;
SELECT layer, count(*), sum(weight), max(name) FROM part GROUP BY layer ORDER BY 3 DESC LIMIT 5;
SELECT substr(name, 1, 7) AS head, group_concat(id % 10, '') FROM part WHERE layer < 20
GROUP BY head ORDER BY head LIMIT 5;
SELECT count(*) FROM part a JOIN part b ON b.id = a.layer WHERE a.name LIKE '%-99%';
UPDATE part SET name = upper(name) WHERE layer % 3 = 0;
DELETE FROM part WHERE layer % 7 = 0;
SELECT count(*), min(name), max(name) FROM part;
