// SPDX-License-Identifier: GPL-3.0-or-later
#include "meshes/archive.h"

#include "base/errors.h"

#include <deal.II/distributed/solution_transfer.h>
#include <deal.II/distributed/tria.h>
#include <deal.II/fe/fe_dgq.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

namespace sgdfp
{
  namespace
  {
    template <int dim>
    using Transfer =
      dealii::parallel::distributed::SolutionTransfer<dim, Vector>;

    /// Of the discontinuous functions: numbered alike whenever the mesh is.
    template <int dim>
    struct DiscontinuousSpace
    {
      explicit DiscontinuousSpace(const Discretisation<dim> &discretisation)
        : element(discretisation.element.degree - 1)
        , dof_handler(*discretisation.mesh)
      {
        dof_handler.distribute_dofs(element);
      }

      const dealii::FE_DGQ<dim> element;
      dealii::DoFHandler<dim>   dof_handler;
    };



    std::string mesh_file(const std::string &folder)
    {
      return folder + "/mesh";
    }



    void check_readable(const std::string &file)
    {
      std::error_code ignored;
      if (!std::filesystem::exists(file, ignored))
        throw UserError("Cannot read '" + file +
                        "': it is not there, or not readable.");
    }



    // One dimension, where every rank has the whole mesh: the file lists the
    // cells (chart coordinate of the left end, level) and the nodes (cell,
    // number in it, values).

    /// Values at the nodes of the cells of all ranks: by left end of the cell.
    using NodesByCell = std::map<double, std::vector<double>>;

    NodesByCell collect(const Discretisation<1>           &discretisation,
                        const std::vector<const Vector *> &nodal,
                        const std::vector<const Vector *> &discontinuous)
    {
      const DiscontinuousSpace<1> other(discretisation);
      dealii::Vector<double>      of_other(other.element.dofs_per_cell);
      NodesByCell                 mine;
      dealii::Vector<double>      local(discretisation.element.dofs_per_cell);
      for (const auto &cell :
           discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            std::vector<double> &values = mine[cell->vertex(0)[0]];
            values.push_back(cell->level());
            for (const Vector *v : nodal)
              {
                cell->get_dof_values(*v, local);
                values.insert(values.end(), local.begin(), local.end());
              }
            const typename dealii::DoFHandler<1>::active_cell_iterator same(
              discretisation.mesh.get(),
              cell->level(),
              cell->index(),
              &other.dof_handler);
            for (const Vector *v : discontinuous)
              {
                same->get_dof_values(*v, of_other);
                values.insert(values.end(), of_other.begin(), of_other.end());
              }
          }
      NodesByCell all;
      for (const NodesByCell &part :
           dealii::Utilities::MPI::all_gather(discretisation.communicator,
                                              mine))
        all.insert(part.begin(), part.end());
      return all;
    }



    void save_1d(const Discretisation<1>           &discretisation,
                 const std::vector<const Vector *> &nodal,
                 const std::vector<const Vector *> &discontinuous,
                 const std::string                 &folder)
    {
      const NodesByCell all = collect(discretisation, nodal, discontinuous);
      run_on_root(discretisation.communicator, [&]() {
        std::ofstream out(mesh_file(folder), std::ios::binary);
        const auto    write = [&](const double value) {
          out.write(reinterpret_cast<const char *>(&value), sizeof(value));
        };
        write(all.size());
        write(all.empty() ? 0 : all.begin()->second.size());
        for (const auto &[left_end, values] : all)
          {
            write(left_end);
            for (const double v : values)
              write(v);
          }
        out.close();
        if (!out)
          throw UserError("Cannot write '" + mesh_file(folder) +
                          "'. Check the free space.");
        return std::string();
      });
    }



    /// Refines until there are the cells of @p stored and no others.
    void rebuild(dealii::parallel::TriangulationBase<1> &mesh,
                 const NodesByCell                      &stored)
    {
      for (;;)
        {
          bool is_finished = true;
          for (const auto &cell : mesh.active_cell_iterators())
            {
              const auto found = stored.find(cell->vertex(0)[0]);
              if (found == stored.end())
                throw UserError("The mesh of the checkpoint does not fit into "
                                "the box of the case.");
              if (found->second.front() > cell->level())
                {
                  cell->set_refine_flag();
                  is_finished = false;
                }
            }
          if (is_finished)
            return;
          mesh.execute_coarsening_and_refinement();
        }
    }



    /// Sets the values of functions, from those of each cell.
    void fill(const dealii::DoFHandler<1> &dof_handler,
              const NodesByCell           &stored,
              const unsigned int           first,
              std::vector<Vector>         &functions)
    {
      const unsigned int n = dof_handler.get_fe().dofs_per_cell;
      std::vector<dealii::types::global_dof_index> dofs(n);
      for (const auto &cell : dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            const auto &values = stored.at(cell->vertex(0)[0]);
            cell->get_dof_indices(dofs);
            for (unsigned int f = 0; f < functions.size(); ++f)
              for (unsigned int i = 0; i < n; ++i)
                if (dof_handler.locally_owned_dofs().is_element(dofs[i]))
                  functions[f](dofs[i]) = values[first + f * n + i];
          }
      for (Vector &v : functions)
        v.compress(dealii::VectorOperation::insert);
    }



    std::vector<Vector> load_1d(Discretisation<1> &discretisation,
                                const unsigned int n_functions,
                                const unsigned int n_discontinuous,
                                const std::string &folder)
    {
      std::ifstream in(mesh_file(folder), std::ios::binary);
      const auto    read = [&]() {
        double value = 0;
        in.read(reinterpret_cast<char *>(&value), sizeof(value));
        return value;
      };
      NodesByCell  stored;
      const double n_cells = read(), n_values = read();
      for (double i = 0; i < n_cells && in; ++i)
        {
          auto &values = stored[read()];
          for (double j = 0; j < n_values; ++j)
            values.push_back(read());
        }
      const unsigned int n_nodes = discretisation.element.dofs_per_cell;
      if (!in || n_values !=
                   1 + n_functions * n_nodes + n_discontinuous * (n_nodes - 1))
        throw UserError(
          "'" + mesh_file(folder) + "' is not a mesh of this degree with " +
          std::to_string(n_functions + n_discontinuous) + " functions.");
      rebuild(*discretisation.mesh, stored);
      discretisation.prepare();
      std::vector<Vector> nodal(n_functions, discretisation.owned_vector());
      fill(discretisation.dof_handler, stored, 1, nodal);
      const DiscontinuousSpace<1> other(discretisation);
      std::vector<Vector>         discontinuous(
        n_discontinuous,
        Vector(other.dof_handler.locally_owned_dofs(),
               discretisation.communicator));
      fill(other.dof_handler, stored, 1 + n_functions * n_nodes, discontinuous);
      nodal.insert(nodal.end(), discontinuous.begin(), discontinuous.end());
      return nodal;
    }
  } // namespace



  template <int dim>
  void save(const Discretisation<dim>         &discretisation,
            const std::vector<const Vector *> &nodal,
            const std::string                 &folder,
            const std::vector<const Vector *> &discontinuous)
  {
    if constexpr (dim == 1)
      save_1d(discretisation, nodal, discontinuous, folder);
    else
      {
        Transfer<dim> transfer(discretisation.dof_handler);
        transfer.prepare_for_serialization(nodal);
        std::unique_ptr<DiscontinuousSpace<dim>> other;
        std::unique_ptr<Transfer<dim>>           second;
        if (!discontinuous.empty())
          {
            other  = std::make_unique<DiscontinuousSpace<dim>>(discretisation);
            second = std::make_unique<Transfer<dim>>(other->dof_handler);
            second->prepare_for_serialization(discontinuous);
          }
        dynamic_cast<const dealii::parallel::distributed::Triangulation<dim> &>(
          *discretisation.mesh)
          .save(mesh_file(folder));
      }
  }



  template <int dim>
  std::vector<Vector> load(Discretisation<dim> &discretisation,
                           const unsigned int   n_functions,
                           const std::string   &folder,
                           const unsigned int   n_discontinuous)
  {
    check_readable(mesh_file(folder));
    if constexpr (dim == 1)
      return load_1d(discretisation, n_functions, n_discontinuous, folder);
    else
      {
        check_readable(mesh_file(folder) + ".info");
        dynamic_cast<dealii::parallel::distributed::Triangulation<dim> &>(
          *discretisation.mesh)
          .load(mesh_file(folder));
        discretisation.prepare();
        std::vector<Vector>   nodal(n_functions, discretisation.owned_vector());
        std::vector<Vector *> targets;
        for (Vector &v : nodal)
          targets.push_back(&v);
        Transfer<dim> transfer(discretisation.dof_handler);
        transfer.deserialize(targets);
        if (n_discontinuous == 0)
          return nodal;
        const DiscontinuousSpace<dim> other(discretisation);
        std::vector<Vector>           discontinuous(
          n_discontinuous,
          Vector(other.dof_handler.locally_owned_dofs(),
                 discretisation.communicator));
        targets.clear();
        for (Vector &v : discontinuous)
          targets.push_back(&v);
        Transfer<dim> second(other.dof_handler);
        second.deserialize(targets);
        nodal.insert(nodal.end(), discontinuous.begin(), discontinuous.end());
        return nodal;
      }
  }



#define INSTANTIATE(dim)                                                  \
  template void                save(const Discretisation<dim> &,          \
                                    const std::vector<const Vector *> &,  \
                                    const std::string &,                  \
                                    const std::vector<const Vector *> &); \
  template std::vector<Vector> load(Discretisation<dim> &,                \
                                    const unsigned int,                   \
                                    const std::string &,                  \
                                    const unsigned int);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
