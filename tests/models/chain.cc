// SPDX-License-Identifier: GPL-3.0-or-later
// One step of the chains: exact identities, and moments against C and D.
#include "models/chain.h"

#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace sgdfp;

namespace
{
  template <int dim>
  struct Problem
  {
    LossParameters      loss;
    OptimiserParameters optimiser;
    NoiseParameters     noise;
    ChainParameters     chain;
    Vocabulary          vocabulary;

    Problem()
    {
      loss.weight_decay = 0;
    }

    void make()
    {
      the_loss = make_loss<dim>(loss, vocabulary, "", MPI_COMM_WORLD);
      dynamics =
        std::make_unique<Dynamics<dim>>(the_loss, noise, optimiser, vocabulary);
      the_chain = std::make_unique<Chain<dim>>(
        chain, loss, optimiser, noise, the_loss, *dynamics, "", MPI_COMM_WORLD);
    }

    /// Means over many first steps from @p theta of theta' - theta, and their
    /// covariance.
    void sample(const dealii::Point<dim>        &theta,
                dealii::Tensor<1, dim>          &mean,
                dealii::SymmetricTensor<2, dim> &covariance,
                const unsigned int               n_blocks) const
    {
      const RandomStream     stream(5);
      auto                   block = std::make_unique<ChainBlock<dim>>();
      dealii::Tensor<2, dim> second;
      for (unsigned int b = 0; b < n_blocks; ++b)
        {
          for (unsigned int d = 0; d < dim; ++d)
            {
              block->theta[d].fill(theta[d]);
              block->increment[d].fill(0);
            }
          block->first = b * n_lanes;
          the_chain->step(*block, 3, stream);
          for (unsigned int i = 0; i < n_lanes; ++i)
            for (unsigned int d = 0; d < dim; ++d)
              {
                mean[d] += block->theta[d][i] - theta[d];
                for (unsigned int e = 0; e < dim; ++e)
                  second[d][e] += (block->theta[d][i] - theta[d]) *
                                  (block->theta[e][i] - theta[e]);
              }
        }
      const double n = n_blocks * n_lanes;
      mean /= n;
      for (unsigned int d = 0; d < dim; ++d)
        for (unsigned int e = d; e < dim; ++e)
          covariance[d][e] = second[d][e] / n - mean[d] * mean[e];
    }

    /// The mean step is -eta grad L, its covariance eta^2 C/B times the factor
    /// of the sampling, plus @p further on the diagonal.
    void check_moments(const dealii::Point<dim> &theta,
                       const double              further = 0) const
    {
      constexpr unsigned int          n_blocks = 2000;
      dealii::Tensor<1, dim>          mean;
      dealii::SymmetricTensor<2, dim> covariance;
      sample(theta, mean, covariance, n_blocks);
      const double eta    = optimiser.learning_rate;
      const double factor = eta * eta / optimiser.batch_size *
                            optimiser.sampling_factor(the_loss->n_samples());
      const auto C =
        the_loss->gradient_covariance(theta, MatrixFieldDerivatives::divergence)
          .value;
      const auto   step = -eta * the_loss->gradient(theta);
      const double n    = n_blocks * n_lanes;
      for (unsigned int d = 0; d < dim; ++d)
        {
          EXPECT_NEAR(mean[d], step[d], 4 * std::sqrt(covariance[d][d] / n));
          for (unsigned int e = d; e < dim; ++e)
            {
              const double exact = factor * C[d][e] + (d == e ? further : 0.);
              // The gradient noise is not Gaussian; its kurtosis is below 20.
              EXPECT_NEAR(covariance[d][e],
                          exact,
                          4 * std::sqrt(20 / n * covariance[d][d] *
                                        covariance[e][e]));
            }
        }
    }

    std::shared_ptr<const Loss<dim>> the_loss;
    std::unique_ptr<Dynamics<dim>>   dynamics;
    std::unique_ptr<Chain<dim>>      the_chain;
  };
} // namespace



TEST(Chain, StepsOfSamplesHaveTheMomentsOfTheModel)
{
  Problem<2> gaussian;
  gaussian.loss.weight_decay    = 0.05;
  gaussian.optimiser.batch_size = 3;
  gaussian.make();
  gaussian.check_moments({1.2, 0.5});

  Problem<2> fixed;
  fixed.loss.inputs           = "fixed";
  fixed.noise.isotropic_floor = 0.02;
  fixed.make();
  fixed.check_moments({-0.7, 0.4}, 2 * 0.02 * 0.1);

  Problem<3> wide;
  wide.loss.widths           = {2, 1, 1};
  wide.loss.teacher          = {{1, 0.5}};
  wide.loss.input_covariance = {{1, 0.25}, {0.25, 2.25}};
  wide.make();
  wide.check_moments({0.8, 0.5, -0.3});
}



TEST(Chain, GaussianNoiseHasTheCovarianceOfTheSamples)
{
  Problem<2> problem;
  problem.optimiser.batch_size = 2;
  problem.chain.gradient_noise = "gaussian";
  problem.make();
  problem.check_moments({1.2, 0.5});
}



TEST(Chain, BatchesOfAFile)
{
  const TemporaryFile data("x1,y1\n1,1.5\n-0.5,0.3\n2,1\n0.7,-0.2\n1.1,2\n");
  for (const char *sampling : {"with replacement", "without replacement"})
    {
      Problem<2> problem;
      problem.loss.data            = "file";
      problem.loss.file            = data.name;
      problem.optimiser.batch_size = 3;
      problem.optimiser.sampling   = sampling;
      problem.make();
      problem.check_moments({1.2, 0.5});
    }
  // All of the data at once: gradient descent
  Problem<2> whole;
  whole.loss.data            = "file";
  whole.loss.file            = data.name;
  whole.optimiser.batch_size = 5;
  whole.optimiser.sampling   = "without replacement";
  whole.make();
  dealii::Tensor<1, 2>          mean;
  dealii::SymmetricTensor<2, 2> covariance;
  const dealii::Point<2>        theta(1.2, 0.5);
  whole.sample(theta, mean, covariance, 1);
  EXPECT_LT(covariance.norm(), 1e-15);
  EXPECT_LT((mean + 0.1 * whole.the_loss->gradient(theta)).norm(), 1e-14);
}



// Q = u^2 - v^2 changes by the factor 1 - h^2, h = eta times what the sample's
// gradient is along (v, u), path by path.
TEST(Chain, BalanceOfTwoLayersDecaysPathwise)
{
  Problem<2> problem;
  problem.optimiser.learning_rate = 0.05;
  problem.make();
  const RandomStream stream(1);
  auto               block = std::make_unique<ChainBlock<2>>();
  for (unsigned int i = 0; i < n_lanes; ++i)
    {
      block->theta[0][i] = 0.5 + 0.004 * i;
      block->theta[1][i] = 1.3 - 0.002 * i;
    }
  for (Lanes &v : block->increment)
    v.fill(0);
  for (std::uint64_t k = 0; k < 20; ++k)
    {
      const auto before = std::make_unique<ChainBlock<2>>(*block);
      problem.the_chain->step(*block, k, stream);
      for (unsigned int i = 0; i < n_lanes; ++i)
        {
          const double u = before->theta[0][i], v = before->theta[1][i];
          const double u_next = block->theta[0][i], v_next = block->theta[1][i];
          const double h =
            (std::abs(u) > std::abs(v) ? (v - v_next) / u : (u - u_next) / v);
          const double size = u * u + v * v;
          EXPECT_NEAR(u_next * u_next - v_next * v_next,
                      (u * u - v * v) * (1 - h * h),
                      1e-14 * size * (1 + h * h));
        }
    }
}



TEST(Chain, ABalancedNetworkIsTheNetworkItStandsFor)
{
  // Equal weights u of both layers against w = u^2, with the same samples
  Problem<2> layers;
  layers.loss.weight_decay = 0.05;
  layers.make();
  Problem<1> balanced;
  balanced.loss.structure.structure = "balanced";
  balanced.loss.weight_decay        = 0.05;
  balanced.make();
  const RandomStream stream(1);
  auto               two = std::make_unique<ChainBlock<2>>();
  auto               one = std::make_unique<ChainBlock<1>>();
  for (unsigned int i = 0; i < n_lanes; ++i)
    {
      const double u   = 0.3 + 0.005 * i;
      two->theta[0][i] = two->theta[1][i] = u;
      one->theta[0][i]                    = u * u;
    }
  for (std::uint64_t k = 0; k < 10; ++k)
    {
      layers.the_chain->step(*two, k, stream);
      balanced.the_chain->step(*one, k, stream);
      for (unsigned int i = 0; i < n_lanes; ++i)
        EXPECT_NEAR(two->theta[0][i] * two->theta[1][i],
                    one->theta[0][i],
                    1e-12 * (1 + one->theta[0][i]));
    }
}



TEST(Chain, JumpsHaveTheirCharacteristicFunction)
{
  // E cos(k dX) = exp(-h sigma^alpha |k|^alpha), tempered exp(-h sigma^alpha
  // ((m^2 + k^2)^(alpha/2) - m^alpha)); gradient descent at its minimum.
  for (const double m : {0., 1.5})
    {
      Problem<1> problem;
      problem.loss.type               = "quadratic";
      problem.loss.hessian            = {{1}};
      problem.loss.minimum            = {0};
      problem.noise.type              = "none";
      problem.noise.stable.alpha      = 1.5;
      problem.noise.stable.scale      = "0.8";
      problem.noise.stable.tempering  = m;
      problem.chain.chain             = "euler-maruyama";
      problem.optimiser.learning_rate = 0.5;
      problem.vocabulary.variables    = {"x"};
      problem.make();
      const RandomStream          stream(2);
      auto                        block = std::make_unique<ChainBlock<1>>();
      const double                n     = 2000. * n_lanes;
      std::array<double, 3>       sum{};
      const std::array<double, 3> k = {{0.5, 1.5, 4}};
      for (unsigned int b = 0; b < 2000; ++b)
        {
          block->first = b * n_lanes;
          block->theta[0].fill(0);
          problem.the_chain->step(*block, 0, stream);
          for (unsigned int j = 0; j < 3; ++j)
            for (const double x : block->theta[0].value)
              sum[j] += std::cos(k[j] * x) / n;
        }
      for (unsigned int j = 0; j < 3; ++j)
        EXPECT_NEAR(sum[j],
                    std::exp(
                      -0.5 * std::pow(0.8, 1.5) *
                      (std::pow(m * m + k[j] * k[j], 0.75) - std::pow(m, 1.5))),
                    4 / std::sqrt(n))
          << "k = " << k[j] << ", tempering " << m;
    }
}



// Label noise with heavy tails on u v: every step is along the gradient, the
// balance u^2 - v^2 decays as with any label noise, and the scalar variable has
// its characteristic function.
TEST(Chain, JumpsAlongTheGradient)
{
  Problem<2> problem;
  problem.loss.inputs             = "fixed";
  problem.loss.label_noise        = 0;
  problem.noise.type              = "none";
  problem.noise.stable.alpha      = 1.5;
  problem.noise.stable.scale      = "0.3";
  problem.noise.stable.directions = "gradient";
  problem.optimiser.learning_rate = 0.1;
  problem.make();
  const RandomStream    stream(3);
  auto                  block = std::make_unique<ChainBlock<2>>();
  const double          u = .8, v = -1.4;
  const double          n        = 2000. * n_lanes;
  const double          residual = u * v - 1;
  std::array<double, 3> sum{};

  const std::array<double, 3> k = {{0.5, 1.5, 4}};
  for (unsigned int b = 0; b < 2000; ++b)
    {
      block->first = b * n_lanes;
      block->theta[0].fill(u);
      block->theta[1].fill(v);
      for (Lanes &increment : block->increment)
        increment.fill(0);
      problem.the_chain->step(*block, 0, stream);
      for (unsigned int i = 0; i < n_lanes; ++i)
        {
          const double u_next = block->theta[0][i], v_next = block->theta[1][i];
          const double a = (u_next - u) / v;
          ASSERT_NEAR(v_next, v + a * u, 1e-13 * (1 + std::abs(a)));
          ASSERT_NEAR(u_next * u_next - v_next * v_next,
                      (u * u - v * v) * (1 - a * a),
                      1e-13 * (1 + a * a));
          for (unsigned int j = 0; j < 3; ++j)
            sum[j] += std::cos(k[j] * (a + .1 * residual)) / n;
        }
    }
  for (unsigned int j = 0; j < 3; ++j)
    EXPECT_NEAR(sum[j],
                std::exp(-.1 * std::pow(.3 * k[j], 1.5)),
                4 / std::sqrt(n))
      << "k = " << k[j];
}
