// Graph algorithms on compressed adjacency arrays: irregular loads, work lists,
// binary heaps, union-find, nested loops with several induction variables.

typedef struct {
  int nodes;
  const int *starts;  // nodes + 1 entries
  const int *targets;
  const int *weights;
} graph;

enum { FAR_AWAY = 1 << 29 };

int breadth_first(const graph *g, int source, int *distance, int *queue) {
  for (int i = 0; i < g->nodes; i++)
    distance[i] = -1;
  int head = 0, tail = 0;
  queue[tail++] = source;
  distance[source] = 0;
  while (head < tail) {
    int u = queue[head++];
    for (int e = g->starts[u]; e < g->starts[u + 1]; e++) {
      int v = g->targets[e];
      if (distance[v] < 0) {
        distance[v] = distance[u] + 1;
        queue[tail++] = v;
      }
    }
  }
  return tail;
}

void depth_first(const graph *g, int u, int *order, int *next) {
  order[u] = (*next)++;
  for (int e = g->starts[u]; e < g->starts[u + 1]; e++)
    if (order[g->targets[e]] < 0)
      depth_first(g, g->targets[e], order, next);
}

static void heap_push(long *heap, int *size, long item) {
  int at = (*size)++;
  for (; at > 0 && heap[(at - 1) / 2] > item; at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = item;
}

__attribute__((noinline)) static long heap_pop(long *heap, int *size) {
  long top = heap[0], last = heap[--*size];
  int at = 0;
  for (int child = 1; child < *size; child = 2 * at + 1) {
    if (child + 1 < *size && heap[child + 1] < heap[child])
      child++;
    if (heap[child] >= last)
      break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}

// A heap item is distance * 2^32 + node; the heap has room for one item an edge.
void shortest_paths(const graph *g, int source, int *distance, long *heap) {
  for (int i = 0; i < g->nodes; i++)
    distance[i] = FAR_AWAY;
  int size = 0;
  distance[source] = 0;
  heap_push(heap, &size, source);
  while (size > 0) {
    long item = heap_pop(heap, &size);
    int u = (int)(item & 0x7fffffff);
    if (item >> 32 > distance[u])
      continue;
    for (int e = g->starts[u]; e < g->starts[u + 1]; e++) {
      int v = g->targets[e], through = distance[u] + g->weights[e];
      if (through < distance[v]) {
        distance[v] = through;
        heap_push(heap, &size, (long)through << 32 | v);
      }
    }
  }
}

void all_pairs(int *d, int n) {
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        int through = d[i * n + k] + d[k * n + j];
        if (through < d[i * n + j])
          d[i * n + j] = through;
      }
}

int find_root(int *parent, int x) {
  while (parent[x] != x) {
    parent[x] = parent[parent[x]];
    x = parent[x];
  }
  return x;
}

int unite(int *parent, int *rank, int a, int b) {
  a = find_root(parent, a);
  b = find_root(parent, b);
  if (a == b)
    return 0;
  if (rank[a] < rank[b]) {
    int kept = a;
    a = b;
    b = kept;
  }
  parent[b] = a;
  rank[a] += rank[a] == rank[b];
  return 1;
}

int topological_order(const graph *g, int *incoming, int *order) {
  int done = 0, ready = 0;
  for (int u = 0; u < g->nodes; u++)
    incoming[u] = 0;
  for (int e = 0; e < g->starts[g->nodes]; e++)
    incoming[g->targets[e]]++;
  for (int u = 0; u < g->nodes; u++)
    if (!incoming[u])
      order[ready++] = u;
  while (done < ready) {
    int u = order[done++];
    for (int e = g->starts[u]; e < g->starts[u + 1]; e++)
      if (--incoming[g->targets[e]] == 0)
        order[ready++] = g->targets[e];
  }
  return done == g->nodes;
}

int greedy_colouring(const graph *g, int *colour) {
  int most = 0;
  for (int u = 0; u < g->nodes; u++) {
    unsigned long taken = 0;
    for (int e = g->starts[u]; e < g->starts[u + 1]; e++)
      if (g->targets[e] < u)
        taken |= 1ul << (colour[g->targets[e]] & 63);
    colour[u] = ~taken ? __builtin_ctzl(~taken) : 63;
    most = colour[u] > most ? colour[u] : most;
  }
  return most + 1;
}

void page_rank_step(const graph *g, const double *rank, double *next, double damping) {
  double base = (1.0 - damping) / g->nodes;
  for (int u = 0; u < g->nodes; u++)
    next[u] = base;
  for (int u = 0; u < g->nodes; u++) {
    int degree = g->starts[u + 1] - g->starts[u];
    double share = degree ? damping * rank[u] / degree : 0.0;
    for (int e = g->starts[u]; e < g->starts[u + 1]; e++)
      next[g->targets[e]] += share;
  }
}
