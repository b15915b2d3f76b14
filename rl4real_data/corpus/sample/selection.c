// Ordering without a full sort: a sorting network with eight live values, binary
// search, selection, callbacks in loops and compaction.

typedef __SIZE_TYPE__ size_type;

#define ORDER(x, y)                                                                                \
  do {                                                                                             \
    int low = x < y ? x : y, high = x < y ? y : x;                                                 \
    x = low, y = high;                                                                             \
  } while (0)

void sort_eight(int *v) {
  int a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
  ORDER(a, b);
  ORDER(c, d);
  ORDER(e, f);
  ORDER(g, h);
  ORDER(a, c);
  ORDER(b, d);
  ORDER(e, g);
  ORDER(f, h);
  ORDER(b, c);
  ORDER(f, g);
  ORDER(a, e);
  ORDER(b, f);
  ORDER(c, g);
  ORDER(d, h);
  ORDER(c, e);
  ORDER(d, f);
  ORDER(b, c);
  ORDER(d, e);
  ORDER(f, g);
  v[0] = a, v[1] = b, v[2] = c, v[3] = d, v[4] = e, v[5] = f, v[6] = g, v[7] = h;
}

int *lower_bound(int *a, size_type n, int value) {
  while (n > 0) {
    size_type half = n / 2;
    if (a[half] < value) {
      a += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return a;
}

typedef int compare_function(const void *, const void *, void *);

void gnome_sort_generic(char *base, size_type n, size_type size, compare_function *compare,
                        void *context) {
  for (size_type i = 1; i < n;) {
    char *at = base + i * size;
    if (i == 0 || compare(at - size, at, context) <= 0) {
      i++;
      continue;
    }
    for (size_type k = 0; k < size; k++) {
      char kept = at[k];
      at[k] = (at - size)[k];
      (at - size)[k] = kept;
    }
    i--;
  }
}

int select_kth(int *a, int n, int k) {
  int low = 0, high = n - 1;
  while (low < high) {
    int pivot = a[k], i = low, j = high;
    do {
      while (a[i] < pivot)
        i++;
      while (pivot < a[j])
        j--;
      if (i <= j) {
        int kept = a[i];
        a[i++] = a[j];
        a[j--] = kept;
      }
    } while (i <= j);
    if (j < k)
      low = i;
    if (k < i)
      high = j;
  }
  return a[k];
}

size_type remove_duplicates(int *sorted, size_type n) {
  size_type kept = n > 0;
  for (size_type i = 1; i < n; i++)
    if (sorted[i] != sorted[kept - 1])
      sorted[kept++] = sorted[i];
  return kept;
}
