// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a server's firmware has and QEMU's has not: the method that resets the
 * device (part 1 of the specification, 1.7). It lies beside the function on the
 * first port, whose place boot.py chooses and whose name QEMU's own table has.
 *
 * The reset itself is done by the harness, which is asked by the third serial
 * port and answers with one byte: the step that failed, or 0. firmware.py is the
 * other end.
 */
DefinitionBlock ("reset.aml", "SSDT", 2, "WRPDRV", "ZRST", 1)
{
	External (\_SB.PCI0.S10.S00, DeviceObj)

	Scope (\_SB.PCI0.S10.S00)
	{
		OperationRegion (UART, SystemIO, 0x3E8, 8)
		Field (UART, ByteAcc, NoLock, Preserve)
		{
			DATA, 8,
			Offset (5),
			LSR, 8
		}

		Method (ZRST, 0, Serialized)
		{
			// An answer that came too late for the call before.
			While (LSR & 1) {
				Debug = DATA
			}
			// A line without anything in it is the question.
			DATA = 0x0A
			Local0 = 0
			While (Local0 < 10000) {
				If (LSR & 1) {
					Return (DATA)
				}
				Sleep (1)
				Local0++
			}
			Return (0xFF)
		}
	}
}
