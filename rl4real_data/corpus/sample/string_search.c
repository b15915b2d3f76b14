// Text search: substring scans, a skip table, wildcards with backtracking, and
// the edit distance with a carried row.

typedef __SIZE_TYPE__ size_type;
typedef unsigned char u8;

const char *find_text(const char *hay, const char *needle) {
  if (!*needle)
    return hay;
  for (; *hay; hay++) {
    size_type i = 0;
    while (needle[i] && hay[i] == needle[i])
      i++;
    if (!needle[i])
      return hay;
  }
  return 0;
}

// Horspool search with a local skip table.
const u8 *find_bytes(const u8 *hay, size_type hay_size, const u8 *needle, size_type size) {
  if (size == 0 || size > 255 || size > hay_size)
    return 0;
  u8 skip[256];
  for (int i = 0; i < 256; i++)
    skip[i] = (u8)size;
  for (size_type i = 0; i + 1 < size; i++)
    skip[needle[i]] = (u8)(size - 1 - i);
  for (size_type at = 0; at + size <= hay_size; at += skip[hay[at + size - 1]]) {
    size_type k = size;
    while (k > 0 && hay[at + k - 1] == needle[k - 1])
      k--;
    if (k == 0)
      return hay + at;
  }
  return 0;
}

int matches_wildcard(const char *pattern, const char *text) {
  const char *star = 0, *retry = 0;
  while (*text) {
    if (*pattern == '*') {
      star = ++pattern;
      retry = text;
    } else if (*pattern == '?' || *pattern == *text) {
      pattern++;
      text++;
    } else if (star) {
      pattern = star;
      text = ++retry;
    } else {
      return 0;
    }
  }
  while (*pattern == '*')
    pattern++;
  return !*pattern;
}

int edit_distance(const char *a, int na, const char *b, int nb, int *row) {
  for (int j = 0; j <= nb; j++)
    row[j] = j;
  for (int i = 1; i <= na; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= nb; j++) {
      int best = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      if (diagonal + 1 < best)
        best = diagonal + 1;
      if (row[j - 1] + 1 < best)
        best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return row[nb];
}
