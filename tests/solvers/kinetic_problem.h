// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_TESTS_SOLVERS_KINETIC_PROBLEM_H
#define SGDFP_TESTS_SOLVERS_KINETIC_PROBLEM_H

#include "operators/kinetic_generator.h"
#include "tests/problem.h"

namespace sgdfp
{
  /// A kinetic problem on a given mesh with given scales.
  template <int dim>
  struct KineticProblem : Problem<dim>
  {
    explicit KineticProblem(const MPI_Comm communicator = MPI_COMM_WORLD)
      : Problem<dim>(communicator)
    {}

    KineticScales<dim> scales;
    /// T of velocities and of the trial space
    double temperature = 1;

    std::unique_ptr<TrialSpace<dim>>       trial;
    std::unique_ptr<Region<dim>>           absorbing;
    std::unique_ptr<PhaseSpace<dim>>       space;
    std::unique_ptr<KineticGenerator<dim>> generator;

    void use_loss(const std::string &text)
    {
      this->vocabulary.variables = {"u", "v"};
      this->vocabulary.variables.resize(dim);
      this->loss = std::make_shared<const ExpressionLoss<dim>>(
        parse_entry("Loss/Expression/loss", text, this->vocabulary),
        text,
        "0",
        /*weight_decay=*/0.);
    }

    void prepare()
    {
      this->optimiser.friction = std::to_string(scales.friction);
      for (unsigned int i = 0; i < dim; ++i)
        scales.thermal_velocity[i] = std::sqrt(temperature);
      Problem<dim>::prepare();
    }

    void make_generator()
    {
      trial = std::make_unique<TrialSpace<dim>>(*this->discretisation);
      trial->use_gibbs(*this->loss, temperature, PhaseSpace<dim>::cap);
      space     = std::make_unique<PhaseSpace<dim>>(*this->discretisation,
                                                *trial,
                                                absorbing.get());
      generator = std::make_unique<KineticGenerator<dim>>(*space,
                                                          *this->dynamics,
                                                          scales);
      generator->prepare();
      generator->assemble();
    }

    void make()
    {
      prepare();
      make_generator();
    }

    /// The stationary law.
    Vector stationary()
    {
      Vector P = generator->weights();
      P.scale(generator->left_null_vector());
      StationarySolver solver(this->communicator,
                              this->solver_parameters,
                              /*use_direct=*/true);
      solver.solve(*generator, P);
      return P;
    }
  };
} // namespace sgdfp

#endif
