// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions against the built-in network that they describe.
#include "base/errors.h"
#include "models/deep_linear_network.h"
#include "models/dynamics.h"
#include "models/expression_loss.h"

#include <gtest/gtest.h>

#include <random>

using namespace sgdfp;
using dealii::Point;

namespace
{
  const Vocabulary vocabulary = {{"u", "v"}, {{"w", 1}, {"s", 0.5}}};



  std::shared_ptr<const Loss<2>> expression_loss(const std::string &text,
                                                 const double weight_decay = 0)
  {
    return std::make_shared<ExpressionLoss<2>>(
      parse_entry("Loss/Expression/loss", text, vocabulary),
      text,
      "",
      weight_decay);
  }



  std::shared_ptr<const Loss<2>> built_in(const double weight_decay)
  {
    dealii::FullMatrix<double> one(1, 1);
    one(0, 0) = 1;
    return std::make_shared<DeepLinearNetwork<2>>(NetworkLayout({1, 1, 1}),
                                                  DataMoments::gaussian(one,
                                                                        one,
                                                                        0.5),
                                                  weight_decay);
  }



  template <typename T>
  double relative(const T &a, const T &b)
  {
    return (a - b).norm() / (1 + b.norm());
  }
} // namespace



TEST(ExpressionLoss, HasTheDerivativesOfTheBuiltInNetwork)
{
  const auto a = expression_loss("((u*v - w)^2 + s^2)/2", 0.05);
  const auto b = built_in(0.05);

  const std::string c = "0.025*(2*(u*v-w)^2 + s^2)";
  NoiseParameters   by_expression, minibatch;
  by_expression.type = "expression";
  by_expression.expression =
    c + "*v^2, " + c + "*u*v; " + c + "*u*v, " + c + "*u^2";
  OptimiserParameters optimiser;
  optimiser.learning_rate = 0.05;
  const Dynamics<2> da(a, by_expression, optimiser, vocabulary);
  const Dynamics<2> db(b, minibatch, optimiser);

  std::mt19937                           random(7);
  std::uniform_real_distribution<double> uniform(-3, 3);
  for (unsigned int k = 0; k < 100; ++k)
    {
      const Point<2> x(uniform(random), uniform(random));
      EXPECT_NEAR(a->value(x), b->value(x), 1e-12 * (1 + b->value(x)));
      EXPECT_LT(relative(a->gradient(x), b->gradient(x)), 1e-12);
      EXPECT_LT(relative(a->hessian(x), b->hessian(x)), 1e-12);
      const auto fa = da.flux(x, MatrixFieldDerivatives::all);
      const auto fb = db.flux(x, MatrixFieldDerivatives::all);
      EXPECT_LT(relative(fa.drift, fb.drift), 1e-12);
      EXPECT_LT(relative(fa.drift_gradient, fb.drift_gradient), 1e-12);
      EXPECT_LT(relative(fa.diffusion.value, fb.diffusion.value), 1e-12);
      EXPECT_LT(relative(fa.diffusion.divergence, fb.diffusion.divergence),
                1e-12);
      EXPECT_LT(relative(fa.diffusion.gradient, fb.diffusion.gradient), 1e-12);
      EXPECT_LT(relative(fa.diffusion.divergence_gradient,
                         fb.diffusion.divergence_gradient),
                1e-12);
    }
}



TEST(ExpressionDiffusion, RefusesWhatIsNoSymmetricMatrix)
{
  for (const char *bad : {"1, 0", "1, 0; 0", "u, v; u, v", "1, 0; 0, q"})
    EXPECT_THROW(ExpressionDiffusion<2>("Noise/expression", bad, vocabulary),
                 EntryError)
      << bad;
  // Commas in a call separate arguments, not entries.
  const ExpressionDiffusion<2> D("Noise/expression",
                                 "max(u, 1), 0; 0, pow(v, 2)",
                                 vocabulary);
  EXPECT_DOUBLE_EQ(
    D.value(Point<2>(3, 4), MatrixFieldDerivatives::all).value[1][1], 16);
}



TEST(Dynamics, ChecksItsCoefficients)
{
  OptimiserParameters optimiser;
  NoiseParameters     noise;
  noise.type       = "expression";
  noise.expression = "u, 0; 0, 1";
  const Dynamics<2> dynamics(expression_loss("log(v)"),
                             noise,
                             optimiser,
                             vocabulary);
  EXPECT_NO_THROW(dynamics.check_at(Point<2>(1, 1)));
  EXPECT_THROW(dynamics.check_at(Point<2>(-1, 1)), EntryError);
  EXPECT_THROW(dynamics.check_at(Point<2>(1, -1)), EntryError);
  EXPECT_THROW(ExpressionLoss<2>(
                 parse_entry("e", "u^2 - 1", vocabulary), "u^2 - 1", "0", 0.)
                 .check_at(Point<2>()),
               EntryError);
}



TEST(Constants, MayUseThoseBeforeThem)
{
  const auto constants = parse_constants("e", "a=2, b = a*pi", {"u"});
  EXPECT_DOUBLE_EQ(constants.at("b"), 2 * M_PI);
  for (const char *bad : {"a", "a=", "a=b", "u=1", "a=1,a=2", "sin=1", "2=1"})
    EXPECT_THROW(parse_constants("e", bad, {"u"}), EntryError) << bad;
}



TEST(AdditionalDrift, IsAddedToTheDriftWithExactDerivatives)
{
  NoiseParameters noise;
  noise.type        = "isotropic";
  noise.temperature = 0.3;
  OptimiserParameters plain, turning;
  turning.additional_drift = "-w*v*(u^2+v^2), s*sin(u)*v^2";
  const auto        loss   = expression_loss("(u*v - w)^2 + s*u^2");
  const Dynamics<2> a(loss, noise, plain, vocabulary);
  const Dynamics<2> b(loss, noise, turning, vocabulary);
  EXPECT_TRUE(a.isotropic_temperature());
  EXPECT_FALSE(b.isotropic_temperature());
  EXPECT_NE(b.drift_description().find("sin(u)"), std::string::npos);

  std::mt19937                           random(11);
  std::uniform_real_distribution<double> uniform(-2, 2);
  for (unsigned int k = 0; k < 50; ++k)
    {
      const double               u = uniform(random), v = uniform(random);
      const Point<2>             x(u, v);
      const auto                 fa = a.flux(x, MatrixFieldDerivatives::all);
      const auto                 fb = b.flux(x, MatrixFieldDerivatives::all);
      const dealii::Tensor<1, 2> c(
        {-v * (u * u + v * v), 0.5 * std::sin(u) * v * v});
      const dealii::Tensor<2, 2> dc({{-2 * u * v, 0.5 * std::cos(u) * v * v},
                                     {-u * u - 3 * v * v, std::sin(u) * v}});
      EXPECT_LT(relative(fb.drift, fa.drift + c), 1e-13);
      EXPECT_LT(relative(b.drift(x), a.drift(x) + c), 1e-13);
      EXPECT_LT(relative(fb.drift_gradient, fa.drift_gradient + dc), 1e-13);
    }
}



TEST(AdditionalDrift, RefusesWhatIsNoVectorFieldAndNamesTheColumn)
{
  NoiseParameters noise;
  noise.type      = "isotropic";
  const auto loss = expression_loss("u^2 + v^2");
  for (const char *bad : {"u", "u, v, u", "u; v", "u, q", "u,", ","})
    {
      OptimiserParameters optimiser;
      optimiser.additional_drift = bad;
      EXPECT_THROW(Dynamics<2>(loss, noise, optimiser, vocabulary), EntryError)
        << bad;
    }
  OptimiserParameters optimiser;
  optimiser.additional_drift = "u*v, 2*q";
  try
    {
      const Dynamics<2> dynamics(loss, noise, optimiser, vocabulary);
      FAIL();
    }
  catch (const EntryError &error)
    {
      EXPECT_EQ(error.entry, "Optimiser/additional drift");
      EXPECT_NE(error.reason.find("column 8"), std::string::npos)
        << error.reason;
    }
  optimiser.additional_drift = "log(u), 0";
  const Dynamics<2> dynamics(loss, noise, optimiser, vocabulary);
  EXPECT_NO_THROW(dynamics.check_at(Point<2>(1, 1)));
  EXPECT_THROW(dynamics.check_at(Point<2>(-1, 1)), EntryError);
}
