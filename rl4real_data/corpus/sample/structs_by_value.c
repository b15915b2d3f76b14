// Structs by value: small ones in registers, float aggregates, large ones
// through memory or a hidden pointer, arrays of structs, unions.

typedef struct { int x, y; } point;
typedef struct { double x, y, z; } vector3;
typedef struct { float r, g, b, a; } colour;
typedef struct { long low, high; } range;
typedef struct { double m[16]; } transform;
typedef struct { char tag; int length; double weight; } record;
typedef union { double as_double; unsigned long as_bits; } double_bits;

extern transform sample_make_transform(vector3 axis, double angle);
extern range sample_clip(range r, point p);

point add_points(point a, point b) { return (point){a.x / 2 + b.x / 2, a.y / 2 + b.y / 2}; }

vector3 cross_product(vector3 a, vector3 b) {
  return (vector3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

vector3 reflect(vector3 v, vector3 normal) {
  double twice = 2 * (v.x * normal.x + v.y * normal.y + v.z * normal.z);
  return (vector3){v.x - twice * normal.x, v.y - twice * normal.y, v.z - twice * normal.z};
}

colour mix_colours(colour a, colour b, float t) {
  float s = 1 - t;
  return (colour){a.r * s + b.r * t, a.g * s + b.g * t, a.b * s + b.b * t, a.a * s + b.a * t};
}

range intersect_ranges(range a, range b) {
  range r = {a.low > b.low ? a.low : b.low, a.high < b.high ? a.high : b.high};
  if (r.low > r.high)
    r.low = r.high = 0;
  return r;
}

transform compose(transform a, transform b) {
  transform c;
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      double sum = 0;
      for (int k = 0; k < 4; k++)
        sum += a.m[4 * i + k] * b.m[4 * k + j];
      c.m[4 * i + j] = sum;
    }
  return c;
}

vector3 apply_transform(transform t, vector3 v) {
  const double *m = t.m;
  return (vector3){m[0] * v.x + m[1] * v.y + m[2] * v.z + m[3],
                   m[4] * v.x + m[5] * v.y + m[6] * v.z + m[7],
                   m[8] * v.x + m[9] * v.y + m[10] * v.z + m[11]};
}

vector3 rotate_twice(vector3 v, vector3 axis, double angle) {
  transform first = sample_make_transform(axis, angle);
  transform second = sample_make_transform(v, -angle);
  return apply_transform(second, apply_transform(first, v));
}

range clip_all(range r, const point *points, int n) {
  for (int i = 0; i < n; i++)
    r = sample_clip(r, points[i]);
  return r;
}

record heaviest(const record *records, int n, record fallback) {
  for (int i = 0; i < n; i++)
    if (records[i].weight > fallback.weight)
      fallback = records[i];
  return fallback;
}

int exponent_of(double value) {
  double_bits bits = {.as_double = value};
  return (int)(bits.as_bits >> 52 & 0x7ff) - 1023;
}

double next_double_up(double value) {
  double_bits bits = {.as_double = value};
  bits.as_bits += value >= 0 ? 1 : -1ul;
  return bits.as_double;
}

void gravity_step(vector3 *restrict position, vector3 *restrict velocity, const double *mass,
                  int n, double dt) {
  for (int i = 0; i < n; i++) {
    vector3 pull = {0, 0, 0};
    for (int j = 0; j < n; j++) {
      double dx = position[j].x - position[i].x, dy = position[j].y - position[i].y;
      double dz = position[j].z - position[i].z;
      double strength = mass[j] / (dx * dx + dy * dy + dz * dz + 1e-9);
      pull.x += strength * dx;
      pull.y += strength * dy;
      pull.z += strength * dz;
    }
    velocity[i].x += dt * pull.x;
    velocity[i].y += dt * pull.y;
    velocity[i].z += dt * pull.z;
  }
  for (int i = 0; i < n; i++) {
    position[i].x += dt * velocity[i].x;
    position[i].y += dt * velocity[i].y;
    position[i].z += dt * velocity[i].z;
  }
}
