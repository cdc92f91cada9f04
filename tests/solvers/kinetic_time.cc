// SPDX-License-Identifier: GPL-3.0-or-later
// Laws in time with momentum: exact Gaussians, survival, what is stored.
#include "meshes/refinement.h"
#include "operators/projection.h"
#include "solvers/case_mesh.h"
#include "solvers/kinetic_course.h"
#include "solvers/transient.h"

#include <deal.II/dofs/dof_tools.h>

#include <gtest/gtest.h>

#include <filesystem>

using namespace sgdfp;

namespace
{
  /// A case of cases/, changed, up to its mesh.
  template <int dim>
  struct TimeRun
  {
    TimeRun(const std::string &name, const std::vector<std::string> &changes)
      : log(MPI_COMM_WORLD, /*quiet=*/true)
    {
      a_case.read(MPI_COMM_WORLD,
                  std::string(SGDFP_CASES) + "/" + name,
                  changes);
      loss           = make_loss<dim>(a_case.loss,
                            a_case.vocabulary(),
                            a_case.folder(),
                            MPI_COMM_WORLD);
      dynamics       = std::make_unique<Dynamics<dim>>(loss,
                                                 a_case.noise,
                                                 a_case.optimiser,
                                                 a_case.vocabulary());
      absorbing      = make_absorbing<dim>(a_case);
      discretisation = make_mesh<dim>(MPI_COMM_WORLD, a_case, a_case.domain);
    }

    /// Finds the space; the law is then at t = 0.
    void start()
    {
      const InitialDensity<dim> initial(a_case.initial_density,
                                        a_case.vocabulary());
      const auto                moments = [&](const auto &mesh) {
        return initial_moments(initial, mesh);
      };
      course = std::make_unique<KineticCourse<dim>>(
        *discretisation, *dynamics, a_case, absorbing.get(), log);
      course->find(moments);
      space  = course->space();
      solver = std::make_unique<TransientSolver<dim>>(*space,
                                                      a_case.time,
                                                      a_case.solver,
                                                      log);
      solver->start(space->start(moments, 1e-3));
    }

    void advance_to_output()
    {
      do
        solver->advance();
      while (!solver->is_output_time());
    }

    /// E theta^power of the first parameter
    double moment(const int power) const
    {
      double sum = 0;
      space->law(space->given_survival(solver->density()))
        .for_each_point([&](const auto &sample) {
          sum += std::pow(sample.theta[0], power) * sample.law.density() *
                 sample.weight;
        });
      return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
    }

    RunLog                                log;
    Case                                  a_case;
    std::shared_ptr<const Loss<dim>>      loss;
    std::unique_ptr<Dynamics<dim>>        dynamics;
    std::unique_ptr<const Region<dim>>    absorbing;
    std::unique_ptr<Discretisation<dim>>  discretisation;
    std::unique_ptr<KineticCourse<dim>>   course;
    std::unique_ptr<KineticSpace<dim>>    space;
    std::unique_ptr<TransientSolver<dim>> solver;
  };



  /// Means and covariances of the harmonic oscillator (frequency 1):
  /// m' = v, v' = -m - gamma v;  S' = A S + S A^T + diag(0, 2 gamma T).
  struct Gaussian
  {
    std::array<double, 5> y; ///< m, mean v, S_xx, S_xv, S_vv
    double                gamma, T;

    std::array<double, 5> rate(const std::array<double, 5> &x) const
    {
      return {{x[1],
               -x[0] - gamma * x[1],
               2 * x[3],
               x[4] - x[2] - gamma * x[3],
               -2 * x[3] - 2 * gamma * x[4] + 2 * gamma * T}};
    }

    void advance(const double time)
    {
      constexpr int n   = 1000;
      const double  h   = time / n;
      const auto    add = [](std::array<double, 5>        x,
                          const std::array<double, 5> &k,
                          const double                 factor) {
        for (unsigned int i = 0; i < 5; ++i)
          x[i] += factor * k[i];
        return x;
      };
      for (int i = 0; i < n; ++i)
        {
          const auto k1 = rate(y), k2 = rate(add(y, k1, h / 2)),
                     k3 = rate(add(y, k2, h / 2)), k4 = rate(add(y, k3, h));
          for (unsigned int j = 0; j < 5; ++j)
            y[j] += h / 6 * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j]);
        }
    }
  };



  void check_oscillator(const std::string &velocities)
  {
    TimeRun<1> run("verification/E_harmonic.prm",
                   {"Discretisation/degree=3",
                    "Discretisation/tolerance=1e-4",
                    "Domain/initial refinement=4",
                    "Time/mean=0.4",
                    "Time/standard deviation=0.15",
                    "Time/velocities=" + velocities,
                    "Time/end time=3",
                    "Time/number of outputs=3",
                    "Time/tolerance=1e-6"});
    run.start();
    constexpr double T = 0.1;
    Gaussian exact{{{0.4, 0, 0.15 * 0.15, 0, velocities == "rest" ? 0. : T}},
                   1.,
                   T};
    while (!run.solver->is_finished())
      {
        run.advance_to_output();
        exact.advance(1.);
        const double mean = run.moment(1);
        const auto of_v = run.space->further_values(run.solver->coefficients());
        constexpr double tolerance = 1e-4;
        EXPECT_NEAR(mean, exact.y[0], tolerance);
        EXPECT_NEAR(run.moment(2) - mean * mean,
                    exact.y[2],
                    tolerance * exact.y[2]);
        EXPECT_NEAR(of_v[0], exact.y[1], tolerance);
        EXPECT_NEAR(of_v[1], exact.y[4], tolerance * exact.y[4]);
        EXPECT_NEAR(of_v[2],
                    0.5 * (exact.y[4] + exact.y[1] * exact.y[1]),
                    tolerance * exact.y[4]);
        EXPECT_NEAR(run.space->mass(run.solver->density()), 1, 1e-12);
      }
    // The errors that the run would report: no smaller than the difference of
    // the means allows.
    EXPECT_LT(run.solver->space_error + run.solver->time_error, 5e-4);
  }
} // namespace



TEST(KineticTime, AnOscillatorFromRest)
{
  check_oscillator("rest");
}



TEST(KineticTime, AnOscillatorWithThermalVelocities)
{
  check_oscillator("thermal");
}



// -dS/dt is what the absorbing face takes, and its rate the exit rate.
TEST(KineticTime, SurvivalEndsWithTheExitRate)
{
  TimeRun<1> run("studies/friction.prm",
                 {"Domain/absorbing=u",
                  "Discretisation/tolerance=3e-4",
                  "Discretisation/maximum hermite degree=20",
                  "Time/mean=-1",
                  "Time/standard deviation=0.2",
                  "Time/velocities=thermal",
                  "Time/end time=40",
                  "Time/output times=20, 40",
                  "Time/tolerance=1e-5"});
  run.start();
  run.advance_to_output();
  const double before = run.space->mass(run.solver->density());
  run.advance_to_output();
  const double  after = run.space->mass(run.solver->density());
  const double  rate  = std::log(before / after) / 20;
  const Vector &P     = run.solver->coefficients();
  EXPECT_NEAR(run.space->evolving().killing() * P / after, rate, 2e-4 * rate);
  constexpr double exit_rate = 0.01300038; // sgdfp-spectrum, +- 1e-8
  EXPECT_NEAR(rate, exit_rate, 1e-3 * exit_rate);
  EXPECT_GT(run.course->survival_error(), 0);
  EXPECT_LT(run.course->survival_error(), 3e-4);
}



TEST(KineticTime, ALawThatBeginsTooHighIsRefused)
{
  TimeRun<1> run("verification/E_harmonic.prm",
                 {"Time/mean=2.6",
                  "Domain/lower=-4",
                  "Domain/upper=4",
                  "Noise/temperature=0.05"});
  EXPECT_THROW(run.start(), Refusal);
}



namespace
{
  /// Coefficients that are a function of Hermite index and place alone, however
  /// a mesh is shared out and numbered. Places are rounded: cells that share
  /// one compute it with different round-off.
  template <int dim>
  Vector by_place(const KineticSystem<dim> &system)
  {
    const auto         &generator = system.generator;
    std::vector<Vector> functions = generator.unpack(generator.zero());
    for (unsigned int n = 0; n < functions.size(); ++n)
      {
        std::map<dealii::types::global_dof_index, dealii::Point<dim>> points;
        dealii::DoFTools::map_dofs_to_support_points(
          system.discretisation.mapping,
          generator.indices.level(n) % 2 == 0 ?
            system.discretisation.dof_handler :
            system.space.odd_handler,
          points);
        for (const auto i : functions[n].locally_owned_elements())
          {
            double phase = 1. + 3 * n;
            for (unsigned int d = 0; d < dim; ++d)
              phase += (d + 1) * std::round(1e6 * points.at(i)[d]) / 1e6;
            functions[n](i) = std::sin(phase);
          }
        functions[n].compress(dealii::VectorOperation::insert);
      }
    return generator.pack(functions);
  }



  /// Coefficients in phase space survive a checkpoint bit by bit.
  template <int dim>
  void check_storage(const std::string &name)
  {
    namespace fs             = std::filesystem;
    const std::string folder = run_on_root(MPI_COMM_WORLD, [&]() {
      const fs::path path =
        fs::temp_directory_path() / ("sgdfp-kinetic-" + std::to_string(dim));
      fs::remove_all(path);
      fs::create_directories(path);
      return path.string();
    });
    TimeRun<dim>      run(name, {"Discretisation/degree=2"});
    auto             &mesh = *run.discretisation;
    for (const auto &cell : mesh.mesh->active_cell_iterators())
      if ((dim == 1 || cell->is_locally_owned()) && cell->center()[0] > 0)
        cell->set_refine_flag();
    mesh.mesh->execute_coarsening_and_refinement();
    mesh.prepare();
    const auto choice =
      choose_kinetic_scales(mesh.box, *run.dynamics, /*friction=*/1.);
    const auto system = [&](const Discretisation<dim> &discretisation) {
      return std::make_shared<KineticSystem<dim>>(
        discretisation, *run.dynamics, choice, 4, nullptr, true);
    };
    const auto   first_system = system(mesh);
    const Vector P            = by_place(*first_system);
    Vector       Q            = P;
    Q *= 3.;
    KineticSpace<dim>(first_system, run.a_case.solver, true)
      .save({P, Q}, folder);
    MPI_Barrier(MPI_COMM_WORLD);

    const auto other =
      make_mesh_to_load<dim>(MPI_COMM_WORLD, run.a_case, run.a_case.domain);
    const auto        functions = KineticSpace<dim>::read(*other, 4, 2, folder);
    const auto        second_system = system(*other);
    KineticSpace<dim> second(second_system, run.a_case.solver, true);
    const auto        vectors = second.restore(functions, "no reason");
    ASSERT_EQ(vectors.size(), 2u);
    EXPECT_EQ(second.stationary(), nullptr);
    EXPECT_EQ(second.why_no_stationary(), "no reason");
    // The mesh that is read may be shared out in another way.
    const Vector expected = by_place(*second_system);
    for (const double factor : {1., 3.})
      {
        Vector difference = vectors[factor == 1 ? 0 : 1];
        EXPECT_GT(difference.l2_norm(), 1.);
        Vector wanted = expected;
        wanted *= factor;
        difference -= wanted;
        EXPECT_EQ(difference.linfty_norm(), 0.);
      }
  }
} // namespace



TEST(KineticTime, CheckpointsKeepPhaseSpace)
{
  check_storage<1>("studies/friction.prm");
  check_storage<2>("studies/momentum.prm");
}
