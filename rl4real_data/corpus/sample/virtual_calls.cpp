// Virtual calls: class hierarchies, calls in loops over arrays of pointers,
// virtual destructors, dynamic casts and calls that cannot be devirtualised.

namespace shapes {

class Shape {
public:
  virtual ~Shape();
  virtual double area() const = 0;
  virtual double perimeter() const = 0;
  virtual void scale(double factor) = 0;
  virtual int corners() const { return 0; }
};

Shape::~Shape() {}

class Circle final : public Shape {
  double radius_;

public:
  explicit Circle(double radius) : radius_(radius) {}
  double area() const override;
  double perimeter() const override;
  void scale(double factor) override;
};

class Polygon : public Shape {
protected:
  double sides_[8];
  int count_;

public:
  Polygon(const double *sides, int count);
  double area() const override;
  double perimeter() const override;
  void scale(double factor) override;
  int corners() const override;
};

class Rectangle : public Polygon {
public:
  using Polygon::Polygon;
  double area() const override;
  int corners() const final { return 4; }
};

double Circle::area() const { return 3.14159265358979 * radius_ * radius_; }
double Circle::perimeter() const { return 2 * 3.14159265358979 * radius_; }
void Circle::scale(double factor) { radius_ *= factor; }

Polygon::Polygon(const double *sides, int count) : sides_{}, count_(count < 8 ? count : 8) {
  for (int i = 0; i < count_; i++)
    sides_[i] = sides[i];
}

double Polygon::perimeter() const {
  double sum = 0;
  for (int i = 0; i < count_; i++)
    sum += sides_[i];
  return sum;
}

double Polygon::area() const { return count_ == 3 ? 0.433 * sides_[0] * sides_[1] : 0; }
double Rectangle::area() const { return sides_[0] * sides_[1]; }
int Polygon::corners() const { return count_; }

void Polygon::scale(double factor) {
  for (int i = 0; i < count_; i++)
    sides_[i] *= factor;
}

double total_area(Shape *const *shapes, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += shapes[i]->area();
  return sum;
}

Shape *roundest(Shape *const *shapes, int n) {
  Shape *best = nullptr;
  double best_ratio = -1;
  for (int i = 0; i < n; i++) {
    double length = shapes[i]->perimeter();
    double ratio = length > 0 ? shapes[i]->area() / (length * length) : 0;
    if (ratio > best_ratio) {
      best_ratio = ratio;
      best = shapes[i];
    }
  }
  return best;
}

void scale_until(Shape &shape, double wanted) {
  for (int i = 0; i < 20 && shape.area() < wanted; i++)
    shape.scale(1.5);
}

int count_rectangles(Shape *const *shapes, int n) {
  int found = 0;
  for (int i = 0; i < n; i++)
    if (auto *rectangle = dynamic_cast<const Rectangle *>(shapes[i]))
      found += rectangle->corners() == 4;
  return found;
}

void destroy_all(Shape **shapes, int n) {
  for (int i = 0; i < n; i++) {
    delete shapes[i];
    shapes[i] = nullptr;
  }
}

Shape *make_shape(int kind, const double *sizes) {
  switch (kind) {
  case 0: return new Circle(sizes[0]);
  case 1: return new Rectangle(sizes, 4);
  default: return new Polygon(sizes, kind);
  }
}

double circle_area_twice(const Circle &a, const Circle &b) { return a.area() + b.area(); }

}  // namespace shapes
