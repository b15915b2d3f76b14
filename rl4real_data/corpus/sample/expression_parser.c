// Recursive descent over text: mutual recursion, values live across calls, and
// errors that are carried in a small struct.

typedef struct {
  const char *at;
  int failed;
  int depth;
} parser;

static unsigned parse_sum(parser *p);

__attribute__((noinline)) static unsigned parse_factor(parser *p) {
  unsigned value = 0;
  if (*p->at == '(') {
    p->at++;
    if (++p->depth > 100) {
      p->failed = 1;
      return 0;
    }
    value = parse_sum(p);
    p->depth--;
    if (*p->at != ')')
      p->failed = 1;
    else
      p->at++;
  } else if (*p->at == '-') {
    p->at++;
    return 0 - parse_factor(p);
  } else if (*p->at >= '0' && *p->at <= '9') {
    while (*p->at >= '0' && *p->at <= '9')
      value = value * 10 + (unsigned)(*p->at++ - '0');
  } else {
    p->failed = 1;
  }
  return value;
}

__attribute__((noinline)) static unsigned parse_product(parser *p) {
  unsigned value = parse_factor(p);
  while (!p->failed && (*p->at == '*' || *p->at == '/')) {
    char operation = *p->at++;
    unsigned right = parse_factor(p);
    if (operation == '*')
      value *= right;
    else if (right)
      value /= right;
    else
      p->failed = 1;
  }
  return value;
}

__attribute__((noinline)) static unsigned parse_sum(parser *p) {
  unsigned value = parse_product(p);
  while (!p->failed && (*p->at == '+' || *p->at == '-'))
    value = *p->at++ == '+' ? value + parse_product(p) : value - parse_product(p);
  return value;
}

int evaluate_expression(const char *text, unsigned *value) {
  parser p = {text, 0, 0};
  *value = parse_sum(&p);
  return !p.failed && !*p.at;
}

// Bits of the 26 variables a to z that the formula mentions; -1 if it has other signs.
int variables_of(const char *text) {
  unsigned seen = 0;
  for (; *text; text++) {
    if (*text >= 'a' && *text <= 'z')
      seen |= 1u << (*text - 'a');
    else if (*text != '&' && *text != '|' && *text != '!')
      return -1;
  }
  return (int)seen;
}

// Formulas in prefix form: &ab, |ab, !a. Returns the rest of the text, or 0.
const char *evaluate_prefix(const char *text, unsigned values, int *result) {
  int left = 0, right = 0;
  char c = *text++;
  if (c >= 'a' && c <= 'z') {
    *result = values >> (c - 'a') & 1;
    return text;
  }
  if (c != '!' && c != '&' && c != '|')
    return 0;
  text = evaluate_prefix(text, values, &left);
  if (text && c != '!')
    text = evaluate_prefix(text, values, &right);
  *result = c == '!' ? !left : c == '&' ? left & right : left | right;
  return text;
}

int count_satisfying(const char *formula, int variables) {
  int count = 0, result = 0;
  for (unsigned values = 0; values < 1u << (variables & 15); values++)
    if (evaluate_prefix(formula, values, &result) && result)
      count++;
  return count;
}
