// Sorting: insertion, shell, quick, heap, merge and radix sort. Nested loops,
// recursion, a helper kept inline, and counting tables on the stack.

typedef __SIZE_TYPE__ size_type;

void insertion_sort(int *a, long n) {
  for (long i = 1; i < n; i++) {
    int value = a[i];
    long j = i;
    for (; j > 0 && a[j - 1] > value; j--)
      a[j] = a[j - 1];
    a[j] = value;
  }
}

void shell_sort(double *a, long n) {
  for (long gap = n / 2; gap > 0; gap /= 2)
    for (long i = gap; i < n; i++) {
      double value = a[i];
      long j = i;
      for (; j >= gap && a[j - gap] > value; j -= gap)
        a[j] = a[j - gap];
      a[j] = value;
    }
}

static int median_of_three(int a, int b, int c) {
  if (a < b)
    return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

void quick_sort(int *a, long n) {
  while (n > 16) {
    int pivot = median_of_three(a[0], a[n / 2], a[n - 1]);
    long i = -1, j = n;
    for (;;) {
      do
        i++;
      while (a[i] < pivot);
      do
        j--;
      while (a[j] > pivot);
      if (i >= j)
        break;
      int kept = a[i];
      a[i] = a[j];
      a[j] = kept;
    }
    quick_sort(a, j + 1);
    a += j + 1;
    n -= j + 1;
  }
  insertion_sort(a, n);
}

static void sift_down(unsigned *a, size_type at, size_type n) {
  unsigned value = a[at];
  for (size_type child = 2 * at + 1; child < n; child = 2 * at + 1) {
    if (child + 1 < n && a[child + 1] > a[child])
      child++;
    if (a[child] <= value)
      break;
    a[at] = a[child];
    at = child;
  }
  a[at] = value;
}

void heap_sort(unsigned *a, size_type n) {
  for (size_type i = n / 2; i-- > 0;)
    sift_down(a, i, n);
  for (size_type i = n; i-- > 1;) {
    unsigned kept = a[0];
    a[0] = a[i];
    a[i] = kept;
    sift_down(a, 0, i);
  }
}

void merge_sort(long *a, long *scratch, size_type n) {
  if (n < 2)
    return;
  size_type half = n / 2, i = 0, j = half, k = 0;
  merge_sort(a, scratch, half);
  merge_sort(a + half, scratch, n - half);
  while (i < half && j < n)
    scratch[k++] = a[j] < a[i] ? a[j++] : a[i++];
  while (i < half)
    scratch[k++] = a[i++];
  for (size_type m = 0; m < k; m++)
    a[m] = scratch[m];
}

void radix_sort(unsigned *a, unsigned *scratch, size_type n) {
  for (int shift = 0; shift < 32; shift += 8) {
    size_type starts[257] = {0};
    for (size_type i = 0; i < n; i++)
      starts[(a[i] >> shift & 255) + 1]++;
    for (int i = 0; i < 256; i++)
      starts[i + 1] += starts[i];
    for (size_type i = 0; i < n; i++)
      scratch[starts[a[i] >> shift & 255]++] = a[i];
    unsigned *kept = a;
    a = scratch;
    scratch = kept;
  }
}
