// Recursion: values that live across calls, mutual and tail recursion, search
// with backtracking, and tree walks.

typedef struct tree {
  struct tree *left, *right;
  int key;
} tree;

unsigned ackermann(unsigned m, unsigned n) {
  if (m == 0)
    return n + 1;
  return ackermann(m - 1, n ? ackermann(m, n - 1) : 1);
}

unsigned long fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

int is_odd(unsigned n);
int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }

void towers(int n, int from, int to, int spare, void (*move)(int, int)) {
  if (n == 0)
    return;
  towers(n - 1, from, spare, to, move);
  move(from, to);
  towers(n - 1, spare, to, from, move);
}

int count_queens(unsigned columns, unsigned left, unsigned right, unsigned all) {
  if (columns == all)
    return 1;
  int solutions = 0;
  for (unsigned free = all & ~(columns | left | right); free; free &= free - 1) {
    unsigned bit = free & (0 - free);
    solutions += count_queens(columns | bit, (left | bit) << 1, (right | bit) >> 1, all);
  }
  return solutions;
}

int tree_height(const tree *t) {
  if (!t)
    return 0;
  int left = tree_height(t->left), right = tree_height(t->right);
  return 1 + (left > right ? left : right);
}

long tree_sum_between(const tree *t, int low, int high) {
  if (!t)
    return 0;
  long sum = t->key >= low && t->key <= high ? t->key : 0;
  if (t->key > low)
    sum += tree_sum_between(t->left, low, high);
  if (t->key < high)
    sum += tree_sum_between(t->right, low, high);
  return sum;
}

tree *tree_insert(tree *t, tree *fresh) {
  if (!t) {
    fresh->left = fresh->right = 0;
    return fresh;
  }
  if (fresh->key < t->key)
    t->left = tree_insert(t->left, fresh);
  else
    t->right = tree_insert(t->right, fresh);
  return t;
}

int flood_fill(char *grid, int w, int h, int x, int y, char from, char to) {
  if (x < 0 || y < 0 || x >= w || y >= h || grid[y * w + x] != from || from == to)
    return 0;
  grid[y * w + x] = to;
  return 1 + flood_fill(grid, w, h, x + 1, y, from, to) +
         flood_fill(grid, w, h, x - 1, y, from, to) + flood_fill(grid, w, h, x, y + 1, from, to) +
         flood_fill(grid, w, h, x, y - 1, from, to);
}

void permute(int *items, int n, int at, void (*visit)(const int *, int, void *), void *context) {
  if (at == n) {
    visit(items, n, context);
    return;
  }
  for (int i = at; i < n; i++) {
    int kept = items[at];
    items[at] = items[i];
    items[i] = kept;
    permute(items, n, at + 1, visit, context);
    items[i] = items[at];
    items[at] = kept;
  }
}

double integrate_adaptive(double (*f)(double), double a, double b, double tolerance, int depth) {
  double middle = 0.5 * (a + b);
  double coarse = (f(a) + 4 * f(middle) + f(b)) * (b - a) / 6;
  double left = (f(a) + 4 * f(0.5 * (a + middle)) + f(middle)) * (middle - a) / 6;
  double right = (f(middle) + 4 * f(0.5 * (middle + b)) + f(b)) * (b - middle) / 6;
  if (depth == 0 || __builtin_fabs(left + right - coarse) < tolerance)
    return left + right;
  return integrate_adaptive(f, a, middle, tolerance / 2, depth - 1) +
         integrate_adaptive(f, middle, b, tolerance / 2, depth - 1);
}

int best_knapsack(const int *weights, const int *values, int n, int room) {
  if (n == 0)
    return 0;
  int without = best_knapsack(weights + 1, values + 1, n - 1, room);
  if (weights[0] > room)
    return without;
  int with = values[0] + best_knapsack(weights + 1, values + 1, n - 1, room - weights[0]);
  return with > without ? with : without;
}
