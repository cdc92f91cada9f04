// SPDX-License-Identifier: GPL-3.0-or-later
// Distances to minimum sets that are known in closed form.
#include "models/minimum_set.h"

#include "models/deep_linear_network.h"
#include "models/quadratic_loss.h"

#include <boost/math/tools/minima.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace sgdfp;
using dealii::Point;

namespace
{
  dealii::FullMatrix<double> scalar(const double value)
  {
    return dealii::FullMatrix<double>(1, 1, &value);
  }



  /// Scalar chain f(x) = theta_1 .. theta_dim x with E[x^2] = 1.
  template <int dim>
  DeepLinearNetwork<dim> chain(const double teacher,
                               const double weight_decay = 0)
  {
    return {std::vector<unsigned int>(dim + 1, 1),
            DataMoments::gaussian(scalar(1), scalar(teacher), 0.5),
            weight_decay};
  }



  template <int dim>
  MinimumSet<dim> minimum_set(const Loss<dim> &loss,
                              const double     half_width,
                              const MPI_Comm   communicator = MPI_COMM_WORLD)
  {
    Point<dim> upper;
    for (unsigned int d = 0; d < dim; ++d)
      upper[d] = half_width;
    return {loss, -upper, upper, communicator};
  }



  /// The same points in the box on all ranks.
  template <int dim>
  std::vector<Point<dim>> points_in_box(const unsigned int n,
                                        const double       half_width)
  {
    std::mt19937                           random(1);
    std::uniform_real_distribution<double> uniform(-half_width, half_width);
    std::vector<Point<dim>>                points(n);
    for (Point<dim> &point : points)
      for (unsigned int d = 0; d < dim; ++d)
        point[d] = uniform(random);
    return points;
  }



  /// min over u in [1/h, h], on a fine grid and then by Brent's method.
  template <typename Function>
  double minimise(const Function &f, const double h)
  {
    const int  n    = 400;
    const auto grid = [h, n](const int k) {
      return std::pow(h, 2. * std::min(std::max(k, 0), n) / n - 1);
    };
    int best = 0;
    for (int k = 1; k <= n; ++k)
      if (f(grid(k)) < f(grid(best)))
        best = k;
    const auto result = boost::math::tools::brent_find_minima(f,
                                                              grid(best - 1),
                                                              grid(best + 1),
                                                              60);
    return std::min({result.second, f(grid(0)), f(grid(n))});
  }



  /// Distance from theta to u v = 1 in |u|, |v| <= h.
  double distance_to_hyperbola(const Point<2> &theta, const double h)
  {
    const auto square = [&theta](const double u) {
      return (Point<2>(u, 1 / u) - theta).norm_square();
    };
    const auto mirrored = [&square](const double u) { return square(-u); };
    return std::sqrt(std::min(minimise(square, h), minimise(mirrored, h)));
  }



  /// L = (|theta|^2 - 1)^4 / 8, whose Hessian vanishes on the unit circle
  struct QuarticCircle : public Loss<2>
  {
    double value(const Point<2> &theta) const override
    {
      return std::pow(theta.square() - 1, 4) / 8;
    }

    dealii::Tensor<1, 2> gradient(const Point<2> &theta) const override
    {
      return std::pow(theta.square() - 1, 3) * dealii::Tensor<1, 2>(theta);
    }

    dealii::SymmetricTensor<2, 2> hessian(const Point<2> &theta) const override
    {
      const double q = theta.square() - 1;
      return q * q *
             (q * dealii::unit_symmetric_tensor<2>() +
              6. * symmetrize(outer_product(dealii::Tensor<1, 2>(theta),
                                            dealii::Tensor<1, 2>(theta))));
    }

    std::string description() const override
    {
      return "quartic growth around the unit circle";
    }
  };
} // namespace



TEST(PointTree, FindsTheNearestPointThatIsAccepted)
{
  const auto         points = points_in_box<3>(200, 1.);
  const PointTree<3> tree(points);
  const auto accept = [](const Point<3> &point) { return point[0] > 0; };
  for (const Point<3> &theta : points_in_box<3>(100, 1.5))
    {
      double nearest = 0.5;
      for (const Point<3> &point : points)
        if (accept(point))
          nearest = std::min(nearest, theta.distance(point));
      const Point<3> *found = tree.nearest(theta, 0.5, accept);
      EXPECT_EQ(found == nullptr ? 0.5 : theta.distance(*found), nearest);
    }
}



TEST(MinimumSet, OfADefiniteQuadraticIsItsMinimum)
{
  dealii::SymmetricTensor<2, 3> H;
  H[0][0] = 1;
  H[0][1] = 0.5;
  H[1][1] = 2;
  H[2][2] = 50;
  const Point<3>         m(0.3, -0.4, 0.7);
  const QuadraticLoss<3> loss(H, m, 0.);
  const auto             M = minimum_set(loss, 1.);
  EXPECT_EQ(M.n_points(), 1);
  EXPECT_NEAR(M.minimum_value(), 0, 1e-20);
  for (const Point<3> &theta : points_in_box<3>(50, 1.))
    EXPECT_NEAR(M.distance(theta), theta.distance(m), 1e-10);

  const QuadraticLoss<1> line(dealii::SymmetricTensor<2, 1>(
                                dealii::unit_symmetric_tensor<1>()),
                              Point<1>(0.3),
                              0.);
  EXPECT_NEAR(minimum_set(line, 1.).distance(Point<1>(-0.5)), 0.8, 1e-10);
}



TEST(MinimumSet, OfASingularQuadraticIsALine)
{
  dealii::SymmetricTensor<2, 2> H;
  H[0][0] = 1;
  const QuadraticLoss<2> loss(H, Point<2>(0.3, 5), 0.);
  const auto             M = minimum_set(loss, 2.);
  for (const Point<2> &theta : points_in_box<2>(50, 2.))
    EXPECT_NEAR(M.distance(theta), std::abs(theta[0] - 0.3), 1e-10);
}



TEST(MinimumSet, ReachesTheSideOfTheBoxWhereTheLossSinksTowardsIt)
{
  dealii::SymmetricTensor<2, 2> H;
  H[0][0] = 1;
  H[1][1] = 3;
  H[0][1] = 0.9;
  // At the side u = 1 the loss is least where v + 0.3 (u - 4) = 0.
  const QuadraticLoss<2> loss(H, Point<2>(4, 0), 0.);
  const auto             M = minimum_set(loss, 1.);
  EXPECT_EQ(M.n_points(), 1);
  EXPECT_NEAR(M.distance(Point<2>(0, 0.9)), 1, 1e-8);

  H[1][1] = H[0][1] = 0;
  const QuadraticLoss<2> towards_side(H, Point<2>(4, 0), 0.);
  EXPECT_NEAR(minimum_set(towards_side, 1.).distance(Point<2>(0.3, 0.123)),
              0.7,
              1e-10);
}



TEST(MinimumSet, OfTwoLayersIsTheHyperbolaWithinTheBox)
{
  const auto loss = chain<2>(1);
  const auto M    = minimum_set(loss, 3.);
  EXPECT_NEAR(M.minimum_value(), 0.125, 1e-15);
  for (const Point<2> &theta : points_in_box<2>(300, 3.))
    EXPECT_NEAR(M.distance(theta), distance_to_hyperbola(theta, 3.), 1e-8)
      << "at " << theta;
  EXPECT_NEAR(M.distance(Point<2>()), std::sqrt(2.), 1e-10);
  EXPECT_NEAR(M.distance(Point<2>(2, 0.5)), 0, 1e-10);
  // The centre of curvature of (1, 1)
  EXPECT_NEAR(M.distance(Point<2>(2, 2)), std::sqrt(2.), 1e-8);
}



TEST(MinimumSet, OfTwoLayersWithASmallTeacherHasTwoBranches)
{
  const auto loss = chain<2>(1e-3);
  const auto M    = minimum_set(loss, 3.);
  EXPECT_NEAR(M.distance(Point<2>()), std::sqrt(2e-3), 1e-9);
}



TEST(MinimumSet, OfTwoLayersWithoutTeacherIsTheCrossOfTheAxes)
{
  const auto loss = chain<2>(0);
  const auto M    = minimum_set(loss, 2.);
  for (const double scale : {1., 1e-1, 1e-2, 1e-3})
    for (const Point<2> &theta : points_in_box<2>(50, 2 * scale))
      EXPECT_NEAR(M.distance(theta),
                  std::min(std::abs(theta[0]), std::abs(theta[1])),
                  1e-5)
        << "at " << theta;
}



TEST(MinimumSet, WeightDecayLeavesTwoPoints)
{
  // (u v - 1) v + w u = 0 at u = v
  for (const double decay : {0.05, 1e-4})
    {
      const auto   loss = chain<2>(1, decay);
      const double w    = std::sqrt(1 - decay);
      const auto   M    = minimum_set(loss, 3.);
      EXPECT_EQ(M.n_points(), 2);
      for (const Point<2> &theta : points_in_box<2>(50, 3.))
        EXPECT_NEAR(M.distance(theta),
                    std::min(theta.distance(Point<2>(w, w)),
                             theta.distance(Point<2>(-w, -w))),
                    1e-8);
    }
}



TEST(MinimumSet, OfThreeLayersIsSeenFromTheOriginAtSqrtThree)
{
  const auto loss = chain<3>(1);
  const auto M    = minimum_set(loss, 2.);
  EXPECT_NEAR(M.distance(Point<3>()), std::sqrt(3.), 1e-8);
  // On the normals of M, near enough for their feet to be the nearest points
  for (const Point<2> &uv : points_in_box<2>(50, 2.))
    if (const double w = 1 / (uv[0] * uv[1]); std::abs(w) < 2)
      {
        const Point<3>       y(uv[0], uv[1], w);
        dealii::Tensor<1, 3> n({y[1] * y[2], y[0] * y[2], y[0] * y[1]});
        n /= n.norm();
        for (const double d : {0.1, 0.01, -0.01, -0.1})
          EXPECT_NEAR(M.distance(y + d * n), std::abs(d), 1e-8) << "at " << y;
      }
}



TEST(MinimumSet, IsFoundWhereTheLossGrowsWithTheFourthPower)
{
  const QuarticCircle loss;
  const auto          M = minimum_set(loss, 2.);
  for (const Point<2> &theta : points_in_box<2>(50, 1.4))
    EXPECT_NEAR(M.distance(theta), std::abs(theta.norm() - 1), 1e-5);
}



TEST(MinimumSet, IsEmptyWhereTheLossIsNoNumber)
{
  const QuadraticLoss<2> loss(dealii::SymmetricTensor<2, 2>(),
                              Point<2>(std::nan(""), 0),
                              0.);
  const auto             M = minimum_set(loss, 1.);
  EXPECT_TRUE(M.is_empty());
  EXPECT_TRUE(std::isinf(M.distance(Point<2>())));
}



TEST(MinimumSet, IsTheSameWhateverTheNumberOfRanks)
{
  const auto loss  = chain<2>(1);
  const auto M     = minimum_set(loss, 2.5);
  const auto alone = minimum_set(loss, 2.5, MPI_COMM_SELF);
  EXPECT_EQ(M.n_points(), alone.n_points());
  EXPECT_EQ(M.minimum_value(), alone.minimum_value());
  for (const Point<2> &theta : points_in_box<2>(50, 2.5))
    EXPECT_NEAR(M.distance(theta), alone.distance(theta), 1e-12);
}
