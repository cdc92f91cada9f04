// SPDX-License-Identifier: GPL-3.0-or-later
#include <deal.II/base/mpi.h>

#include <gtest/gtest.h>

namespace
{
  /// Turns a failure on any rank into a failure on every rank.
  class AgreeOnResult : public ::testing::EmptyTestEventListener
  {
    void OnTestEnd(const ::testing::TestInfo &info) override
    {
      const unsigned int failed = info.result()->Failed() ? 1 : 0;
      any_failure |= (dealii::Utilities::MPI::max(failed, MPI_COMM_WORLD) > 0);
    }

  public:
    bool any_failure = false;
  };
} // namespace

int main(int argc, char **argv)
{
  ::testing::InitGoogleTest(&argc, argv);
  dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);

  auto &listeners = ::testing::UnitTest::GetInstance()->listeners();
  auto *agree     = new AgreeOnResult;
  listeners.Append(agree);
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) != 0)
    delete listeners.Release(listeners.default_result_printer());
  const int status = RUN_ALL_TESTS();
  return (status != 0 || agree->any_failure) ? 1 : 0;
}
