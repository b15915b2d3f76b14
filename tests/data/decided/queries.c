/* Runs SQL and prints every row: tables, indices, joins, windows, triggers, recursion, transactions, text, full text. */
#include "sqlite3.h"

#include <stdio.h>

static const char *const Queries[] = {
    "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, tag INT)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
    "INSERT INTO item SELECT i, printf('item-%05d', i * 7919 % 1009), i * 1.25 / (i % 7 + 1), i % 13 FROM n",
    "CREATE INDEX by_tag ON item(tag, price DESC)",
    "CREATE TABLE log(text TEXT)",
    "CREATE TRIGGER told AFTER UPDATE ON item BEGIN INSERT INTO log VALUES(old.name || '>' || new.price); END",
    "SELECT tag, count(*), sum(price), min(name), max(name), group_concat(id % 10, '') FROM item GROUP BY tag ORDER BY 3",
    "SELECT a.id, b.id, a.price - b.price FROM item a JOIN item b ON a.tag = b.tag AND a.id < b.id WHERE a.tag = 5 LIMIT 20",
    "SELECT id, rank() OVER w, sum(price) OVER (w ROWS 2 PRECEDING) FROM item WHERE tag < 3 WINDOW w AS (PARTITION BY tag "
    "ORDER BY price) LIMIT 40",
    "UPDATE item SET price = price * 2 WHERE name LIKE '%7_' OR tag IN (SELECT tag FROM item GROUP BY 1 LIMIT 2)",
    "SELECT count(*), max(text) FROM log",
    "BEGIN", "DELETE FROM item WHERE id % 3 = 0", "SELECT count(*), total(price) FROM item", "ROLLBACK",
    "SELECT count(*), total(price), avg(length(name)) FROM item",
    "SELECT hex(substr(name, 2, 4)), upper(name), replace(name, 'item', 'x'), instr(name, '-'), quote(price), typeof(tag), "
    "abs(-id), round(price, 2), coalesce(NULL, id) FROM item WHERE id BETWEEN 30 AND 42",
    "WITH RECURSIVE t(x, y) AS (SELECT 1, 1 UNION ALL SELECT x + 1, y * 3 % 1000 FROM t WHERE x < 30) "
    "SELECT group_concat(y, ' ') FROM t",
    "SELECT date('2020-02-28', '+2 days'), strftime('%W %j', '2021-12-31'), julianday('2000-01-01'), 7 / 2, 7 % -3, 1e18 + 1",
    "CREATE VIRTUAL TABLE words USING fts5(body)",
    "INSERT INTO words SELECT name || ' of ' || tag FROM item",
    "SELECT rowid, body FROM words WHERE words MATCH '7 AND of' ORDER BY rank, rowid LIMIT 8",
    "SELECT json_extract('{\"a\":[1,2,{\"b\":3}]}', '$.a[2].b'), json_array(1, 'x', NULL)",
    "PRAGMA integrity_check",
};

static int show(void *unused, int columns, char **values, char **names) {
  (void)unused;
  for (int i = 0; i < columns; ++i)
    printf("%s=%s%c", names[i], values[i] ? values[i] : "NULL", i + 1 < columns ? '|' : '\n');
  return 0;
}

int main(void) {
  sqlite3 *db;
  if (sqlite3_open(":memory:", &db))
    return 2;
  for (size_t i = 0; i < sizeof(Queries) / sizeof(*Queries); ++i) {
    char *error = NULL;
    if (sqlite3_exec(db, Queries[i], show, NULL, &error)) {
      printf("%s: %s\n", Queries[i], error);
      return 1;
    }
  }
  return sqlite3_close(db);
}
