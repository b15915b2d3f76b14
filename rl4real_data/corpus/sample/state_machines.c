// State machines: a tokenizer, bracket matching with an explicit stack, comment
// counting, table-driven scanning. Many small blocks and nested conditions.

enum token { END, NUMBER, NAME, TEXT, SYMBOL, BROKEN };

enum token next_token(const char **source, int *length) {
  const char *s = *source;
  while (*s == ' ' || *s == '\n' || *s == '\t')
    s++;
  const char *start = s;
  enum token kind;
  if (!*s) {
    kind = END;
  } else if (*s >= '0' && *s <= '9') {
    kind = NUMBER;
    while (*s >= '0' && *s <= '9')
      s++;
    if (*s == '.')
      for (s++; *s >= '0' && *s <= '9';)
        s++;
  } else if ((*s | 32) >= 'a' && (*s | 32) <= 'z') {
    kind = NAME;
    while (((*s | 32) >= 'a' && (*s | 32) <= 'z') || (*s >= '0' && *s <= '9') || *s == '_')
      s++;
  } else if (*s == '"') {
    for (s++; *s && *s != '"'; s++)
      if (*s == '\\' && s[1])
        s++;
    kind = *s ? TEXT : BROKEN;
    s += *s == '"';
  } else {
    kind = SYMBOL;
    s++;
  }
  *source = start;
  *length = (int)(s - start);
  return kind;
}

int count_tokens(const char *s, int counts[6]) {
  int total = 0, length;
  for (enum token t; (t = next_token(&s, &length)) != END; s += length, total++)
    counts[t]++;
  return total;
}

int brackets_match(const char *s) {
  char stack[128];
  int depth = 0;
  for (; *s; s++)
    switch (*s) {
    case '(': case '[': case '{':
      if (depth == 128)
        return 0;
      stack[depth++] = *s;
      break;
    case ')': case ']': case '}':
      if (depth == 0 || stack[--depth] != (*s == ')' ? '(' : *s == ']' ? '[' : '{'))
        return 0;
    }
  return depth == 0;
}

int comment_lines(const char *s) {
  enum { CODE, SLASH, LINE, BLOCK, STAR, QUOTE, ESCAPE } state = CODE;
  int lines = 0, seen = 0;
  for (; *s; s++) {
    switch (state) {
    case CODE: state = *s == '/' ? SLASH : *s == '"' ? QUOTE : CODE; break;
    case SLASH: state = *s == '/' ? LINE : *s == '*' ? BLOCK : CODE; break;
    case LINE: state = *s == '\n' ? CODE : LINE; break;
    case BLOCK: state = *s == '*' ? STAR : BLOCK; break;
    case STAR: state = *s == '/' ? CODE : *s == '*' ? STAR : BLOCK; break;
    case QUOTE: state = *s == '\\' ? ESCAPE : *s == '"' ? CODE : QUOTE; break;
    case ESCAPE: state = QUOTE; break;
    }
    seen |= state == LINE || state == BLOCK;
    if (*s == '\n') {
      lines += seen;
      seen = state == BLOCK;
    }
  }
  return lines + seen;
}

int parse_address(const char *s, unsigned *address) {
  unsigned result = 0;
  for (int part = 0; part < 4; part++) {
    unsigned value = 0, digits = 0;
    for (; *s >= '0' && *s <= '9' && digits < 4; s++, digits++)
      value = value * 10 + (unsigned)(*s - '0');
    if (!digits || value > 255 || *s++ != (part < 3 ? '.' : 0))
      return 0;
    result = result << 8 | value;
  }
  *address = result;
  return 1;
}

int table_driven_match(const unsigned char table[][256], const unsigned char *s, int n) {
  int state = 0, accepted = -1;
  for (int i = 0; i < n; i++) {
    state = table[state][s[i]];
    if (state == 255)
      break;
    if (state & 1)
      accepted = i;
  }
  return accepted;
}
