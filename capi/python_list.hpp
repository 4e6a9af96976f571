// Writes the items of a new list where they go.
//
// PyList_SetItem takes longer than to find the item. A list points to an array of its items; at which place in the list the pointer
// stands is found by looking for it in a list whose items are known. Where it is not found, or where there is no global lock, the items
// go through PyList_SetItem.
#pragma once

#include "python_api.hpp"

namespace python {

// Finds out how this Python stores lists; called once, by attach, with the lock. False with an exception set.
bool look_at_lists();

// The array of the items of a list that only the caller knows; NULL if it is not known where it is. A new list has NULL items, and takes
// over the references that are written.
Object** items_of(Object* list);

}  // namespace python
