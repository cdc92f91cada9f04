// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_OPERATORS_KINETIC_LAW_H
#define SGDFP_OPERATORS_KINETIC_LAW_H

#include "operators/kinetic_generator.h"

namespace sgdfp
{
  /// The velocities at one theta, times the density there: int v^a f dv.
  template <int dim>
  struct VelocityMoments
  {
    /// p
    double density = 0;
    /// <v | theta> p, the current in parameters
    dealii::Tensor<1, dim> flux;
    /// <v v^T | theta> p
    dealii::SymmetricTensor<2, dim> second;
  };



  /// A density (or signed density) in phase space, to be evaluated wherever
  /// this rank owns cells: its coefficients c_n of a KineticGenerator, which
  /// must outlive it.
  template <int dim>
  class KineticLaw
  {
  public:
    KineticLaw(const KineticGenerator<dim> &generator, const Vector &P);

    /// Evaluates at the same points of one cell after the other.
    class Evaluator
    {
    public:
      Evaluator(const KineticLaw &law, const dealii::Quadrature<dim> &points);

      /// @param cell an owned cell of the mesh, of any DoFHandler
      void reinit(const typename Discretisation<dim>::Cell &cell);

      /// c_n at point @p q; 0 in cells that do not carry the law.
      double operator()(const unsigned int n, const unsigned int q) const;

      VelocityMoments<dim> moments(const unsigned int q) const;

      /// f(theta_q, v)
      double density(const unsigned int            q,
                     const dealii::Tensor<1, dim> &v) const;

      /// Theta and JxW
      const dealii::FEValues<dim> &points() const;

    private:
      const KineticLaw                &law;
      dealii::FEValues<dim>            fe_values;
      dealii::FullMatrix<double>       odd_values; ///< [point][function]
      typename TrialSpace<dim>::Values l;
      std::vector<double>              exponential;
      dealii::Vector<double>           even_local, odd_local, at_points;
      dealii::FullMatrix<double>       values; ///< [n][point]
      std::vector<dealii::types::global_dof_index> dofs;
      mutable std::array<std::vector<double>, dim> hermite;
    };

    /// Calls @p visit with every quadrature point of the cells of this rank
    /// that carry the law: an Evaluator, the number of the point, theta, JxW.
    void for_each_point(const std::function<void(const Evaluator &,
                                                 const unsigned int,
                                                 const dealii::Point<dim> &,
                                                 const double)> &visit) const;

    /// sum int |c_n| over |n| = N, relative to int |c_0|: whether N is enough.
    double tail() const;

    const KineticGenerator<dim> &generator;
    const Discretisation<dim>   &discretisation;

  private:
    /// Polynomial factors u of c_n: with ghosts for even |n|
    std::vector<Vector> factors;
  };
} // namespace sgdfp

#endif
