// Image filters on bytes: widening arithmetic, saturation, table look-ups,
// colour conversion and dithering. Vectorisable and not vectorisable loops.

typedef unsigned char u8;
typedef unsigned short u16;

static u8 saturate(int v) { return (u8)(v < 0 ? 0 : v > 255 ? 255 : v); }

void brighten(u8 *pixels, int n, int amount) {
  for (int i = 0; i < n; i++)
    pixels[i] = saturate(pixels[i] + amount % 256);
}

void blend_alpha(const u8 *restrict a, const u8 *restrict b, u8 *restrict out, int n, u8 alpha) {
  for (int i = 0; i < n; i++)
    out[i] = (u8)((a[i] * alpha + b[i] * (255 - alpha) + 127) / 255);
}

void to_grey(const u8 *restrict rgb, u8 *restrict grey, int n) {
  for (int i = 0; i < n; i++)
    grey[i] = (u8)((77 * rgb[3 * i] + 150 * rgb[3 * i + 1] + 29 * rgb[3 * i + 2]) >> 8);
}

void rgb_to_luma_chroma(const u8 *restrict in, u8 *restrict y, u8 *restrict cb, u8 *restrict cr,
                        int n) {
  for (int i = 0; i < n; i++) {
    int r = in[4 * i], g = in[4 * i + 1], b = in[4 * i + 2];
    y[i] = saturate((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
    cb[i] = saturate(((-11059 * r - 21709 * g + 32768 * b) >> 16) + 128);
    cr[i] = saturate(((32768 * r - 27439 * g - 5329 * b) >> 16) + 128);
  }
}

void edge_strength(const u8 *restrict in, u8 *restrict out, int w, int h) {
  for (int y = 1; y < h - 1; y++)
    for (int x = 1; x < w - 1; x++) {
      const u8 *p = in + y * w + x;
      int gx = p[1 - w] + 2 * p[1] + p[1 + w] - p[-1 - w] - 2 * p[-1] - p[-1 + w];
      int gy = p[w - 1] + 2 * p[w] + p[w + 1] - p[-w - 1] - 2 * p[-w] - p[-w + 1];
      out[y * w + x] = saturate(((gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy)) / 2);
    }
}

u8 median_of_nine(const u8 *p) {
  u8 v[9];
  for (int i = 0; i < 9; i++) {
    int j = i;
    for (; j > 0 && v[j - 1] > p[i]; j--)
      v[j] = v[j - 1];
    v[j] = p[i];
  }
  return v[4];
}

void error_diffusion(const u8 *grey, u8 *bits, int *errors, int w, int h) {
  for (int x = 0; x < w + 2; x++)
    errors[x] = 0;
  for (int y = 0; y < h; y++) {
    int right = 0, below_left = 0, below = 0;
    for (int x = 0; x < w; x++) {
      int value = grey[y * w + x] + (right + errors[x + 1]) / 16;
      int white = value >= 128, error = value - 255 * white;
      bits[y * w + x] = (u8)white;
      right = 7 * error;
      errors[x] = below_left + 3 * error;
      below_left = below + 5 * error;
      below = error;
    }
    errors[w] = below_left;
  }
}

void equalise_histogram(u8 *pixels, int n) {
  int counts[256] = {0};
  u8 map[256];
  for (int i = 0; i < n; i++)
    counts[pixels[i]]++;
  long seen = 0;
  for (int i = 0; i < 256; i++) {
    seen += counts[i];
    map[i] = (u8)(n > 0 ? seen * 255 / n : 0);
  }
  for (int i = 0; i < n; i++)
    pixels[i] = map[pixels[i]];
}

// The source has at least two rows and two columns.
void resize_bilinear(const u8 *in, int w, int h, u8 *out, int ow, int oh) {
  for (int y = 0; y < oh; y++) {
    int sy = (int)((long)y * (h - 1) * 256 / oh), y0 = sy >> 8, fy = sy & 255;
    for (int x = 0; x < ow; x++) {
      int sx = (int)((long)x * (w - 1) * 256 / ow), x0 = sx >> 8, fx = sx & 255;
      const u8 *p = in + y0 * w + x0;
      int top = p[0] * (256 - fx) + p[1] * fx, bottom = p[w] * (256 - fx) + p[w + 1] * fx;
      out[y * ow + x] = (u8)((top * (256 - fy) + bottom * fy) >> 16);
    }
  }
}

void box_blur_row(const u8 *restrict in, u8 *restrict out, int n, int radius) {
  int sum = 0, count = 0;
  for (int i = -radius; i < n; i++) {
    if (i + radius < n) {
      sum += in[i + radius];
      count++;
    }
    if (i - radius - 1 >= 0) {
      sum -= in[i - radius - 1];
      count--;
    }
    if (i >= 0)
      out[i] = (u8)(sum / count);
  }
}

void apply_gamma_table(u16 *samples, int n, const u16 table[256]) {
  for (int i = 0; i < n; i++) {
    unsigned high = samples[i] >> 8, low = samples[i] & 255;
    unsigned a = table[high], b = table[high < 255 ? high + 1 : 255];
    samples[i] = (u16)((a * (256 - low) + b * low) >> 8);
  }
}
