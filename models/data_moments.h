// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_DATA_MOMENTS_H
#define SGDFP_MODELS_DATA_MOMENTS_H

#include "base/lanes.h"
#include "models/data_file.h"

#include <deal.II/base/mpi.h>
#include <deal.II/lac/full_matrix.h>

#include <string>
#include <vector>

namespace sgdfp
{
  /// What a linear network with squared loss can see of a sample (x, y): the
  /// monomials
  ///     m = (x_b x_c for b <= c,  then  y_a x_b, a slow, b fast).
  struct SampleMonomials
  {
    unsigned int n_inputs  = 0;
    unsigned int n_outputs = 0;

    unsigned int n_monomials() const;

    /// Index of x_b x_c in m (either order).
    unsigned int input_monomial(const unsigned int b,
                                const unsigned int c) const;

    /// Index of y_a x_b in m.
    unsigned int output_monomial(const unsigned int a,
                                 const unsigned int b) const;

    /// The monomials of one sample.
    void evaluate(const std::vector<double> &x,
                  const std::vector<double> &y,
                  std::vector<double>       &m) const;

    /// m = factor times the monomials of one sample of every lane
    void set(const double              factor,
             const std::vector<Lanes> &x,
             const std::vector<Lanes> &y,
             std::vector<Lanes>       &m) const;

    /// m += factor times the monomials of one sample of every lane
    void add(const double              factor,
             const std::vector<Lanes> &x,
             const std::vector<Lanes> &y,
             std::vector<Lanes>       &m) const;
  };



  /// The moments of the data (x, y) that a linear network with squared loss
  /// can see.
  ///
  /// The per-sample gradient is linear in the monomials, so E[x x^T],
  /// E[y x^T], tr E[y y^T] fix the loss and Cov(m) fixes the gradient-noise
  /// covariance, at a cost independent of the number of samples.
  struct DataMoments : public SampleMonomials
  {
    /// E[x x^T], n_inputs x n_inputs
    dealii::FullMatrix<double> input;
    /// The end-to-end matrix of least squares E[y x^T] E[x x^T]^+, n_outputs x
    /// n_inputs: the teacher, for a population.
    dealii::FullMatrix<double> best_map;
    /// 1/2 E|y - best_map x|^2, the loss no network can go below
    double residual_loss = 0;
    /// Factor F with F F^T = Cov(m), one row per monomial
    dealii::FullMatrix<double> noise_factor;
    /// E[d_p d_q d_r], d = m - E m, [(p n + q) n + r] with the n monomials
    std::vector<double> third;
    /// Number of samples of positive weight; 0 for a population
    unsigned int n_samples = 0;
    /// Whether some samples are drawn more often than others
    bool has_shares = false;

    /// 1/2 E|P x - y|^2 for the end-to-end matrix @p P.
    double loss(const dealii::FullMatrix<double> &P) const;

    /// E m
    std::vector<double> mean() const;

    /// The coefficients c of a sample's loss in its monomials,
    ///     1/2 |P x - y|^2 = c . m + 1/2 |y|^2.
    std::vector<double>
    loss_coefficients(const dealii::FullMatrix<double> &P) const;

    /// Cov(m)
    dealii::FullMatrix<double> covariance() const;

    /// E[m m^T]
    dealii::FullMatrix<double> second_moments() const;

    /// x ~ N(0, covariance), y = teacher x + e, e ~ N(0, label_noise^2 I);
    /// Cov(m) by Isserlis' theorem.
    static DataMoments gaussian(const dealii::FullMatrix<double> &covariance,
                                const dealii::FullMatrix<double> &teacher,
                                const double                      label_noise);

    /// One fixed input x, y = teacher x + e: only the labels are random.
    static DataMoments fixed_input(const std::vector<double>        &x,
                                   const dealii::FullMatrix<double> &teacher,
                                   const double label_noise);

    /// The empirical moments (1/n, or by the weights of the rows) of a CSV file
    /// (DataFile); read on rank 0 in two passes, the moments are broadcast.
    /// @throws UserError for an unreadable file or wrong columns.
    static DataMoments from_file(const MPI_Comm     communicator,
                                 const std::string &filename,
                                 const unsigned int n_inputs,
                                 const unsigned int n_outputs,
                                 const RowWeights  &weights = {});

  private:
    DataMoments(const unsigned int n_inputs, const unsigned int n_outputs);

    /// Sets `input` and `best_map` from the means of the monomials.
    void use_means(const std::vector<double> &mean);
  };

} // namespace sgdfp

#endif
