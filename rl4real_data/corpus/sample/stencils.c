// Stencil sweeps over grids: loop nests with many neighbouring loads, constant
// weights held in registers and rows carried from one iteration to the next.

typedef long index_type;

void heat_5_point(const double *restrict in, double *restrict out, index_type w, index_type h,
                  double rate) {
  for (index_type y = 1; y < h - 1; y++)
    for (index_type x = 1; x < w - 1; x++) {
      const double *at = in + y * w + x;
      out[y * w + x] = at[0] + rate * (at[-1] + at[1] + at[-w] + at[w] - 4.0 * at[0]);
    }
}

void smooth_9_point(const float *restrict in, float *restrict out, index_type w, index_type h) {
  for (index_type y = 1; y < h - 1; y++)
    for (index_type x = 1; x < w - 1; x++) {
      const float *up = in + (y - 1) * w + x, *mid = up + w, *down = mid + w;
      float corners = up[-1] + up[1] + down[-1] + down[1];
      float sides = up[0] + down[0] + mid[-1] + mid[1];
      out[y * w + x] = 0.0625f * corners + 0.125f * sides + 0.25f * mid[0];
    }
}

#define PLANE(p)                                                                                   \
  (k[0] * (p)[-w - 1] + k[1] * (p)[-w] + k[2] * (p)[-w + 1] + k[3] * (p)[-1] + k[4] * (p)[0] +     \
   k[5] * (p)[1] + k[6] * (p)[w - 1] + k[7] * (p)[w] + k[8] * (p)[w + 1])

// All 27 weights may differ, so they compete with the loads for registers.
void weighted_27_point(const double *restrict in, double *restrict out, const double weights[27],
                       index_type w, index_type h, index_type d) {
  double kept[27];
  for (int i = 0; i < 27; i++)
    kept[i] = weights[i];
  for (index_type z = 1; z < d - 1; z++)
    for (index_type y = 1; y < h - 1; y++)
      for (index_type x = 1; x < w - 1; x++) {
        const double *at = in + (z * h + y) * w + x, *k = kept;
        double sum = PLANE(at - w * h);
        k += 9;
        sum += PLANE(at);
        k += 9;
        sum += PLANE(at + w * h);
        out[(z * h + y) * w + x] = sum;
      }
}

void wave_step(const float *now, float *previous, index_type n, float speed) {
  for (index_type i = 2; i < n - 2; i++) {
    float bend = 16.0f * (now[i - 1] + now[i + 1]) - (now[i - 2] + now[i + 2]) - 30.0f * now[i];
    previous[i] = 2.0f * now[i] - previous[i] + speed * bend;
  }
}

void game_of_life(const unsigned char *restrict in, unsigned char *restrict out, int w, int h) {
  for (int y = 0; y < h; y++) {
    int above = y ? y - 1 : h - 1, below = y + 1 < h ? y + 1 : 0;
    for (int x = 0; x < w; x++) {
      int left = x ? x - 1 : w - 1, right = x + 1 < w ? x + 1 : 0;
      int count = in[above * w + left] + in[above * w + x] + in[above * w + right] +
                  in[y * w + left] + in[y * w + right] + in[below * w + left] +
                  in[below * w + x] + in[below * w + right];
      out[y * w + x] = count == 3 || (count == 2 && in[y * w + x]);
    }
  }
}

// Gauss-Seidel carries a value around the loop: no vectorisation.
double relax_in_place(double *grid, index_type w, index_type h) {
  double change = 0.0;
  for (index_type y = 1; y < h - 1; y++)
    for (index_type x = 1; x < w - 1; x++) {
      double *at = grid + y * w + x;
      double next = 0.25 * (at[-1] + at[1] + at[-w] + at[w]);
      double difference = next - *at;
      change += difference * difference;
      *at = next;
    }
  return change;
}

void prefix_sums_2d(unsigned *grid, int w, int h) {
  for (int y = 0; y < h; y++) {
    unsigned row = 0;
    for (int x = 0; x < w; x++) {
      row += grid[y * w + x];
      grid[y * w + x] = row + (y ? grid[(y - 1) * w + x] : 0);
    }
  }
}

void convolve_5_taps(const int *restrict in, int *restrict out, int n, const short taps[5]) {
  int t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3], t4 = taps[4];
  int a = 0, b = 0, c = 0, d = 0;
  for (int i = 0; i < n; i++) {
    int e = in[i] & 0x7fff;
    out[i] = (a * t0 >> 2) + (b * t1 >> 2) + (c * t2 >> 2) + (d * t3 >> 2) + (e * t4 >> 2);
    a = b, b = c, c = d, d = e;
  }
}
