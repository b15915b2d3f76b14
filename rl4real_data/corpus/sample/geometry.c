// Geometry and physics: scalar floating point with branches, square roots,
// distances in nested loops, many values live over each test.

typedef struct { double x, y; } point2;
typedef struct { float x, y, z; } point3;
typedef struct { point3 origin, direction; } ray;
typedef struct { double minx, miny, maxx, maxy; } box;

static double turn(point2 a, point2 b, point2 c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

double polygon_area(const point2 *p, int n) {
  double twice = 0;
  for (int i = 0, j = n - 1; i < n; j = i++)
    twice += p[j].x * p[i].y - p[i].x * p[j].y;
  return 0.5 * twice;
}

int point_in_polygon(const point2 *p, int n, point2 q) {
  int inside = 0;
  for (int i = 0, j = n - 1; i < n; j = i++)
    if ((p[i].y > q.y) != (p[j].y > q.y) &&
        q.x < (p[j].x - p[i].x) * (q.y - p[i].y) / (p[j].y - p[i].y) + p[i].x)
      inside = !inside;
  return inside;
}

int segments_cross(point2 a, point2 b, point2 c, point2 d) {
  double t1 = turn(a, b, c), t2 = turn(a, b, d), t3 = turn(c, d, a), t4 = turn(c, d, b);
  return ((t1 > 0) != (t2 > 0)) && ((t3 > 0) != (t4 > 0));
}

// The points are sorted by x, then y.
int convex_hull(const point2 *p, int n, point2 *hull) {
  int k = 0;
  for (int i = 0; i < n; i++) {
    while (k >= 2 && turn(hull[k - 2], hull[k - 1], p[i]) <= 0)
      k--;
    hull[k++] = p[i];
  }
  for (int i = n - 2, lower = k + 1; i >= 0; i--) {
    while (k >= lower && turn(hull[k - 2], hull[k - 1], p[i]) <= 0)
      k--;
    hull[k++] = p[i];
  }
  return k > 1 ? k - 1 : k;
}

double closest_pair(const point2 *p, int n) {
  double best = 1e300;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) {
      double dx = p[i].x - p[j].x, dy = p[i].y - p[j].y, d = dx * dx + dy * dy;
      best = d < best ? d : best;
    }
  return __builtin_sqrt(best);
}

float hit_sphere(const ray *r, point3 centre, float radius) {
  float ox = r->origin.x - centre.x, oy = r->origin.y - centre.y, oz = r->origin.z - centre.z;
  float dx = r->direction.x, dy = r->direction.y, dz = r->direction.z;
  float a = dx * dx + dy * dy + dz * dz, b = ox * dx + oy * dy + oz * dz;
  float c = ox * ox + oy * oy + oz * oz - radius * radius, d = b * b - a * c;
  return d < 0 ? -1.0f : (-b - __builtin_sqrtf(d)) / a;
}

int hit_triangle(const ray *r, const point3 v[3], float *distance) {
  point3 e = {v[1].x - v[0].x, v[1].y - v[0].y, v[1].z - v[0].z};
  point3 f = {v[2].x - v[0].x, v[2].y - v[0].y, v[2].z - v[0].z};
  point3 d = r->direction;
  point3 p = {d.y * f.z - d.z * f.y, d.z * f.x - d.x * f.z, d.x * f.y - d.y * f.x};
  float determinant = e.x * p.x + e.y * p.y + e.z * p.z;
  if (determinant > -1e-6f && determinant < 1e-6f)
    return 0;
  float inverse = 1 / determinant;
  point3 t = {r->origin.x - v[0].x, r->origin.y - v[0].y, r->origin.z - v[0].z};
  float u = (t.x * p.x + t.y * p.y + t.z * p.z) * inverse;
  if (u < 0 || u > 1)
    return 0;
  point3 q = {t.y * e.z - t.z * e.y, t.z * e.x - t.x * e.z, t.x * e.y - t.y * e.x};
  float w = (d.x * q.x + d.y * q.y + d.z * q.z) * inverse;
  if (w < 0 || u + w > 1)
    return 0;
  *distance = (f.x * q.x + f.y * q.y + f.z * q.z) * inverse;
  return *distance > 0;
}

box bounding_box(const point2 *p, int n) {
  box b = {1e300, 1e300, -1e300, -1e300};
  for (int i = 0; i < n; i++) {
    b.minx = p[i].x < b.minx ? p[i].x : b.minx;
    b.miny = p[i].y < b.miny ? p[i].y : b.miny;
    b.maxx = p[i].x > b.maxx ? p[i].x : b.maxx;
    b.maxy = p[i].y > b.maxy ? p[i].y : b.maxy;
  }
  return b;
}

int count_overlaps(const box *b, int n) {
  int overlaps = 0;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++)
      overlaps += b[i].minx <= b[j].maxx && b[j].minx <= b[i].maxx && b[i].miny <= b[j].maxy &&
                  b[j].miny <= b[i].maxy;
  return overlaps;
}

void spring_step(point2 *position, point2 *velocity, const int (*links)[2], int n, double dt) {
  for (int i = 0; i < n; i++) {
    int a = links[i][0], b = links[i][1];
    double dx = position[b].x - position[a].x, dy = position[b].y - position[a].y;
    double length = __builtin_sqrt(dx * dx + dy * dy);
    double force = length > 1e-9 ? dt * (length - 1.0) / length : 0.0;
    velocity[a].x += force * dx;
    velocity[a].y += force * dy;
    velocity[b].x -= force * dx;
    velocity[b].y -= force * dy;
  }
}
